#include "cli/password_input.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>

#include "base/utf8.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kLeast = 10;   // characters
constexpr std::size_t kMost = 1024;  // bytes

// One line without its end; nothing of it is shown while it is typed.
vault::Secret<vault::Password> read_line(bool terminal) {
    termios before = {};
    if (terminal && tcgetattr(STDIN_FILENO, &before) == 0) {
        auto quiet = before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    std::string text;
    for (int c; text.size() < kMost && (c = std::fgetc(stdin)) != EOF && c != '\n';)
        text += static_cast<char>(c);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::fputc('\n', stderr);
    }
    vault::Secret<vault::Password> secret(text);
    vault::wipe(text);
    return secret;
}

}  // namespace

Result<vault::Secret<vault::Password>> read_password(const Console& console) {
    const bool terminal = isatty(STDIN_FILENO) == 1;
    if (terminal) std::fputs(console.say({"密码: ", "Password: "}).c_str(), stderr);
    auto first = read_line(terminal);
    if (count_characters(first.expose()) < kLeast)
        return refuse({.code = "password-length",
                       .what = {"密码太短", "this password is too short"},
                       .mend = {"至少 10 个字符；不是终端时从标准输入读一行",
                                "at least 10 characters; without a terminal, one line of standard "
                                "input"}});
    if (!terminal) return first;
    std::fputs(console.say({"再输一次: ", "Again: "}).c_str(), stderr);
    if (!vault::same(first.expose(), read_line(true).expose()))
        return refuse({.code = "password-differs",
                       .what = {"两次输入不一样", "the two differ"},
                       .mend = {"再来一次", "start again"}});
    return first;
}

}  // namespace yinuo::cli
