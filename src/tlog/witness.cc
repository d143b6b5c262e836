#include "tlog/witness.h"

#include <algorithm>

#include "tlog/lines.h"
#include "tlog/number.h"

namespace yinuo::tlog {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";

Error bad_body(std::uint32_t line, std::string_view zh, std::string_view en) {
    return {
        .code = "bad-add-checkpoint",
        .what = {"请求第 " + std::to_string(line) + " 行有误：" + std::string(zh),
                 "line " + std::to_string(line) + " of the request: " + std::string(en)},
        .mend = {"应依次为 old 加旧大小、至多 63 行一致性证明、空行、检查点",
                 "old and the old size, at most 63 lines of consistency proof, an empty line and "
                 "the checkpoint are expected"},
        .place = {.path = {}, .line = line}};
}

WitnessAnswer answer(int status, const Error& error) {
    return {status, std::string(kPlain), error.what.en + "\n" + error.what.zh + "\n", std::nullopt};
}

WitnessAnswer answer(int status, std::string_view zh, std::string_view en) {
    return answer(status, {.code = {}, .what = {std::string(zh), std::string(en)}});
}

}  // namespace

std::string add_checkpoint_body(std::uint64_t old_size, const Proof& consistency,
                                std::string_view note) {
    std::string body = std::string(kOld) + std::to_string(old_size) + "\n";
    for (const Hash& hash : consistency) body += to_text(hash) + "\n";
    return body + "\n" + std::string(note);
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
    Lines lines(body);
    AddCheckpoint request;
    auto line = lines.next();
    const auto old_size =
        line && line->starts_with(kOld) ? parse_number(line->substr(kOld.size())) : std::nullopt;
    if (!old_size) return refuse(bad_body(1, "缺少旧大小", "the old size is missing"));
    request.old_size = *old_size;
    for (line = lines.next(); line && !line->empty(); line = lines.next()) {
        const auto hash = parse_hash(*line);
        if (!hash) return refuse(bad_body(lines.number(), "不是哈希", "this is no hash"));
        if (request.proof.size() == kProofHashesMax)
            return refuse(bad_body(lines.number(), "证明过长", "the proof is too long"));
        request.proof.push_back(*hash);
    }
    if (!line) return refuse(bad_body(lines.number() + 1, "缺少空行", "the empty line is missing"));
    request.note = lines.rest();
    request.checkpoint = TRY(parse_checkpoint(TRY(parse_note(request.note)).text));
    return request;
}

// In the order of the specification's paragraphs: what a stranger asks must not move us, so the
// signature comes before everything that tells what we know.
WitnessAnswer answer_add_checkpoint(const AddCheckpoint& request, const WatchedLog* log,
                                    const SignerKey& witness, std::uint64_t seconds) {
    const Checkpoint& checkpoint = request.checkpoint;
    if (log == nullptr) return answer(404, "这里不见证该日志", "this log is not witnessed here");
    const auto note = parse_note(request.note);
    if (!note) return answer(400, note.error());
    const auto signers = verify(*note, log->keys);
    if (!signers) return answer(403, signers.error());
    if (request.old_size > checkpoint.size)
        return answer(400, "旧大小大于检查点的大小", "the old size is above the checkpoint's");
    if (request.old_size != log->size)
        return {409, "text/x.tlog.size", std::to_string(log->size) + "\n", std::nullopt};
    if (request.old_size == 0) {
        if (!request.proof.empty())
            return answer(422, "旧大小为 0 时不应有证明",
                          "from an old size of 0 there must be no proof");
        if (checkpoint.size == 0 && checkpoint.root != empty_root())
            return answer(422, "空日志的根哈希有误", "the root hash isn't the empty tree's");
    } else if (const auto consistent = verify_consistency(
                   request.old_size, log->root, checkpoint.size, checkpoint.root, request.proof);
               !consistent) {
        return answer(422, consistent.error());
    }

    const Signature cosignature = witness.cosign(note->text, seconds);
    Note cosigned{note->text, {}};
    for (const Signature& signature : note->signatures)
        if (std::ranges::any_of(log->keys,
                                [&](const auto& key) { return key.is_meant_by(signature); }))
            cosigned.signatures.push_back(signature);
    cosigned.signatures.push_back(cosignature);
    return {200, std::string(kPlain), to_text(cosignature), to_text(cosigned)};
}

std::string origin_hash(std::string_view origin) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    for (const auto byte : sha256(origin).bytes) {
        text += kHex[byte >> 4];
        text += kHex[byte & 15];
    }
    return text;
}

Result<std::string> with_cosignatures(std::string_view bytes, std::string_view answer,
                                      std::span<const VerifierKey> witnesses) {
    Note note = TRY(parse_note(bytes));
    auto signatures = TRY(parse_signatures(answer));
    const Note answered{note.text, std::move(signatures)};
    TRY(verify(answered, witnesses));
    for (const Signature& signature : answered.signatures) {
        const auto witness = std::ranges::find_if(
            witnesses, [&](const VerifierKey& key) { return key.is_meant_by(signature); });
        if (witness == witnesses.end()) continue;
        std::erase_if(note.signatures,
                      [&](const Signature& old) { return witness->is_meant_by(old); });
        note.signatures.push_back(signature);
    }
    return to_text(note);
}

}  // namespace yinuo::tlog
