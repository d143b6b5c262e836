// The program: reads its surroundings, finds the command, runs it, and makes sure that what was
// written to standard output really got there.
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/program.h"

namespace {

using namespace yinuo;
using namespace yinuo::cli;

std::string_view variable(const char* name) {
    const char* text = std::getenv(name);
    return text ? text : "";
}

// Pages end in exactly one line break, however their author ended them.
void print_page(std::string_view page) {
    std::fwrite(page.data(), 1, page.size(), stdout);
    if (!page.ends_with('\n')) std::fputc('\n', stdout);
}

int perform(const Invocation& invocation) {
    switch (invocation.wish) {
        case Wish::ProgramHelp:
            print_page(program_help(commands(), invocation.console));
            return kFine;
        case Wish::Version: print_page("yinuo " YINUO_VERSION); return kFine;
        case Wish::CommandHelp:
            print_page(invocation.console.say(invocation.command->usage));
            return kFine;
        case Wish::Run: break;
    }
    return invocation.command->run(invocation.arguments, invocation.console);
}

// A full disk or a reader that left is not success. The reader who left (`| head`) knows it, so
// only the other causes are worth a line.
int after_flushing(int exit, const Console& console) {
    errno = 0;
    const bool flushed = std::fflush(stdout) == 0;
    const int cause = errno;
    if (flushed && !std::ferror(stdout)) return exit;
    if (cause == EPIPE) return kEnvironment;
    const char* why = cause == 0 ? "" : std::strerror(cause);
    return complain({.code = "output-failed",
                     .what = {std::string("结果没能全部写出 ") + why,
                              std::string("the output could not be written completely: ") + why}},
                    console, kEnvironment);
}

}  // namespace

int main(int count, char** texts) {
    std::signal(SIGPIPE, SIG_IGN);  // a write then fails, and we say so with our exit code
    const Surroundings around{
        .lc_all = variable("LC_ALL"),
        .lc_messages = variable("LC_MESSAGES"),
        .lang = variable("LANG"),
        .terminal = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb",
    };
    const std::vector<std::string_view> words(texts + (count > 0 ? 1 : 0), texts + count);
    auto invocation = read_command_line(words, commands(), around);
    if (!invocation) {
        return complain(invocation.error(), {.chinese = speaks_chinese(around)}, kUsage);
    }
    const Console& console = invocation->console;
    try {
        return after_flushing(perform(*invocation), console);
    } catch (const std::bad_alloc&) {
        return complain({.code = "out-of-memory", .what = {"内存不够", "out of memory"}}, console,
                        kEnvironment);
    }
}
