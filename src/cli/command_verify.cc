// `yinuo verify`: is this receipt what it says it is? Offline, with nothing but the file.
#include <cstdio>
#include <optional>

#include "cli/command.h"
#include "cli/input_file.h"
#include "cli/options.h"
#include "cli/zone_files.h"
#include "engine/receipt.h"
#include "tlog/key.h"
#include "wire/json_writer.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kReceiptMost = 8u << 20;  // what it carries is bounded at 4 MiB before base64
constexpr std::size_t kKeyMost = 4096;

// The key itself, or what stands in the file of that name.
Result<std::string> read_key(const std::string& word) {
    if (tlog::VerifierKey::parse(word)) return word;
    std::string text = TRY(read_file(word, kKeyMost));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (auto key = tlog::VerifierKey::parse(text); !key) {
        auto error = key.error();
        error.place = {word, 1, 1};
        return refuse(std::move(error));
    }
    return text;
}

std::string verdict_json(const engine::ReceiptVerdict& verdict) {
    wire::JsonWriter json;
    json.open('{');
    json.key("fine").digits(verdict.fine ? "true" : "false");
    json.key("readable").digits(verdict.readable ? "true" : "false");
    json.key("findings").open('[');
    for (const auto& finding : verdict.findings) {
        json.open('{');
        json.key("fine").digits(finding.fine ? "true" : "false");
        json.key("zh").text(finding.what.zh);
        json.key("en").text(finding.what.en);
        json.close('}');
    }
    json.close(']');
    json.key("content");
    if (verdict.readable)
        json.digits(verdict.content);
    else
        json.null();
    json.close('}');
    return json.take();
}

void print(const engine::ReceiptVerdict& verdict, const Console& console) {
    for (const auto& finding : verdict.findings)
        std::printf("%s %s\n", finding.fine ? "✓" : "✗", console.say(finding.what).c_str());
    if (verdict.readable) std::printf("\n%s\n\n", verdict.content.c_str());
    const Text said = verdict.fine ? Text{"凭证无误", "the receipt is fine"}
                                   : Text{"凭证有问题", "the receipt is not fine"};
    std::printf("%s\n", console.say(said).c_str());
}

int run(Arguments arguments, const Console& console) {
    std::string path, key_word;
    Options options;
    options.value("log-key", key_word);
    options.required("RECEIPT", path);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    std::optional<std::string> key;
    if (!key_word.empty()) {
        auto read = read_key(key_word);
        if (!read) return complain(read.error(), console, kInput);
        key = *std::move(read);
    }
    const auto file = read_file(path, kReceiptMost);
    if (!file) return complain(file.error(), console, kInput);
    ZoneFiles zones;
    const auto verdict = engine::verify_receipt(
        *file, key ? std::optional<std::string_view>(*key) : std::nullopt, zones);
    if (console.json) {
        const auto text = verdict_json(verdict);
        std::fwrite(text.data(), 1, text.size(), stdout);
    } else {
        print(verdict, console);
    }
    if (!verdict.readable) return kInput;
    return verdict.fine ? kFine : kFindings;
}

}  // namespace

const Command kVerifyCommand = {
    .name = "verify",
    .summary = {"核验一份履约凭证", "verify a receipt"},
    .usage =
        {"yinuo verify 凭证文件 [--log-key 公钥或文件]\n"
         "\n"
         "不联网核验凭证：检查点的签名，内容确在存证日志之中，所附承诺文本和业务记录就是当时的"
         "依据，\n"
         "再由它们重算开始时刻、截止时间和状态。\n"
         "  --log-key 公钥    企业公布的日志公钥（或存有它的文件）；不写就用凭证自带的，\n"
         "                    那只能证明前后一致\n"
         "  --json            同样的内容，JSON\n"
         "\n"
         "退出码：0 无误，1 有问题，3 读不懂\n",
         "yinuo verify RECEIPT [--log-key KEY|FILE]\n"
         "\n"
         "Verifies a receipt without any network: the checkpoint's signature, that the content "
         "is in the\n"
         "transparency log, that promise and facts are those it rested on; then computes start, "
         "due instant\n"
         "and state from them again.\n"
         "  --log-key KEY     the log's key as the company publishes it, or a file that has "
         "it; without,\n"
         "                    the receipt's own, which proves it consistent in itself only\n"
         "  --json            the same as JSON\n"
         "\n"
         "Exit codes: 0 fine, 1 not fine, 3 unreadable\n"},
    .run = run,
};

}  // namespace yinuo::cli
