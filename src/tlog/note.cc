#include "tlog/note.h"

#include <algorithm>

#include "tlog/base64.h"
#include "tlog/utf8.h"

namespace yinuo::tlog {
namespace {

constexpr std::string_view kDash = "— ";

Error bad_note(std::string_view zh, std::string_view en) {
    return {
        .code = "bad-note",
        .what = {"签名文本有误：" + std::string(zh), "not a signed note: " + std::string(en)},
        .mend = {"应为正文、一个空行，以及形如「— 名称 base64」的签名行，每行以换行结束",
                 "a text, an empty line, and signature lines like \"— name base64\", each ended "
                 "by a newline"}};
}

Error bad_signature(std::string_view zh, std::string_view en) {
    return {.code = "bad-signature", .what = {std::string(zh), std::string(en)}};
}

std::optional<Signature> parse_line(std::string_view line) {
    if (!line.starts_with(kDash)) return std::nullopt;
    line.remove_prefix(kDash.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    Signature signature;
    signature.name = line.substr(0, space);
    const auto bytes = from_base64(line.substr(space + 1));
    if (!is_key_name(signature.name) || !bytes || bytes->size() < 5) return std::nullopt;
    for (std::size_t i = 0; i < 4; ++i)
        signature.key_id = signature.key_id << 8 | static_cast<unsigned char>((*bytes)[i]);
    signature.bytes = bytes->substr(4);
    return signature;
}

}  // namespace

Result<std::vector<Signature>> parse_signatures(std::string_view text) {
    std::vector<Signature> signatures;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return refuse(bad_note("末行没有换行", "its last line has no newline"));
        auto signature = parse_line(text.substr(0, end));
        if (!signature) {
            const auto number = std::to_string(signatures.size() + 1);
            return refuse(bad_note("第 " + number + " 个签名行不合格式",
                                   "signature line " + number + " is malformed"));
        }
        if (signatures.size() == kSignaturesMax)
            return refuse(bad_note("签名超过 " + std::to_string(kSignaturesMax) + " 个",
                                   "more than " + std::to_string(kSignaturesMax) + " signatures"));
        signatures.push_back(std::move(*signature));
        text.remove_prefix(end + 1);
    }
    return signatures;
}

Result<Note> parse_note(std::string_view bytes) {
    if (bytes.size() > kNoteBytesMax) return refuse(bad_note("超过 1 MiB", "larger than 1 MiB"));
    for (std::size_t at = 0; at < bytes.size();) {
        const auto c = next_code_point(bytes, at);
        if (!c) return refuse(bad_note("不是 UTF-8", "it is not UTF-8"));
        if (*c < 0x20 && *c != U'\n')
            return refuse(bad_note("含有控制字符", "it holds a control character"));
    }
    const auto gap = bytes.rfind("\n\n");
    if (gap == std::string_view::npos)
        return refuse(bad_note("缺少空行", "there is no empty line before the signatures"));
    Note note;
    note.text = bytes.substr(0, gap + 1);
    note.signatures = TRY(parse_signatures(bytes.substr(gap + 2)));
    if (note.signatures.empty()) return refuse(bad_note("没有签名", "there is no signature"));
    return note;
}

std::string to_text(const Note& note) {
    std::string text = note.text + "\n";
    for (const Signature& signature : note.signatures) text += to_text(signature);
    return text;
}

Result<std::vector<Verified>> verify(const Note& note, std::span<const VerifierKey> keys) {
    std::vector<Verified> verified;
    for (const Signature& signature : note.signatures) {
        const auto known = std::ranges::find_if(
            keys, [&](const VerifierKey& key) { return key.is_meant_by(signature); });
        if (known == keys.end()) continue;
        if (!known->verify(note.text, signature))
            return refuse(
                bad_signature("「" + signature.name + "」的签名与正文不符",
                              "the signature of " + signature.name + " doesn't match the text"));
        const auto place = static_cast<std::size_t>(known - keys.begin());
        const auto seconds =
            known->type() == KeyType::Cosignature ? cosigned_at(signature) : std::nullopt;
        if (const auto again = std::ranges::find(verified, place, &Verified::key);
            again != verified.end())
            again->seconds = std::max(again->seconds, seconds);
        else
            verified.push_back({place, seconds});
    }
    if (verified.empty())
        return refuse(bad_signature("没有任何已知密钥的签名", "no known key has signed it"));
    return verified;
}

}  // namespace yinuo::tlog
