#include "tlog/proof_file.h"

#include "tlog/base64.h"
#include "tlog/lines.h"
#include "tlog/number.h"

namespace yinuo::tlog {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

Error bad_file(std::uint32_t line, Text what, Text mend) {
    return {.code = "bad-proof-file",
            .what = {"证明文件第 " + std::to_string(line) + " 行有误：" + what.zh,
                     "line " + std::to_string(line) + " of the proof file: " + what.en},
            .mend = std::move(mend),
            .place = {.path = {}, .line = line}};
}

Error extra_too_large() {
    return {.code = "extra-too-large",
            .what = {"附带数据（extra）太大", "the extra data is too large"},
            .mend = {"最多 4 MiB", "4 MiB is the most"}};
}

}  // namespace

Result<ProofFile> make_proof_file(TileReader& tiles, std::uint64_t index, std::string checkpoint,
                                  std::string extra) {
    if (extra.size() > kExtraBytesMax) return refuse(extra_too_large());
    const auto size = TRY(parse_checkpoint(TRY(parse_note(checkpoint)).text)).size;
    auto proof = TRY(prove_inclusion(tiles, index, size));
    return ProofFile{std::move(extra), index, std::move(proof), std::move(checkpoint)};
}

std::string to_text(const ProofFile& file) {
    std::string text = std::string(kHeader) + "\n";
    if (!file.extra.empty()) text += std::string(kExtra) + to_base64(file.extra) + "\n";
    text += std::string(kIndex) + std::to_string(file.index) + "\n";
    for (const Hash& hash : file.proof) text += to_text(hash) + "\n";
    return text + "\n" + file.checkpoint;
}

Result<ProofFile> parse_proof_file(std::string_view text) {
    Lines lines(text);
    auto line = lines.next();
    if (!line || *line != kHeader)
        return refuse(bad_file(
            1, {"不是透明日志证明", "this is no transparency log proof"},
            {"首行应为 c2sp.org/tlog-proof@v1", "the first line is c2sp.org/tlog-proof@v1"}));
    ProofFile file;
    line = lines.next();
    if (line && line->starts_with(kExtra)) {
        const auto base64 = line->substr(kExtra.size());
        if (base64.size() > (kExtraBytesMax + 2) / 3 * 4) return refuse(extra_too_large());
        const auto extra = from_base64(base64);
        if (!extra || extra->empty())
            return refuse(bad_file(2, {"附带数据不是规范的 base64", "the extra data is not base64"},
                                   {"应为带填充的标准 base64；没有数据时整行省略",
                                    "padded standard base64; without data the line is left out"}));
        if (extra->size() > kExtraBytesMax) return refuse(extra_too_large());
        file.extra = *extra;
        line = lines.next();
    }
    const auto index = line && line->starts_with(kIndex) ? parse_number(line->substr(kIndex.size()))
                                                         : std::nullopt;
    if (!index)
        return refuse(bad_file(file.extra.empty() ? 2 : 3,
                               {"缺少记录序号", "the index of the entry is missing"},
                               {"应为 index 加一个没有多余零的十进制整数",
                                "index and a whole number without leading zeroes"}));
    file.index = *index;

    for (line = lines.next(); line && !line->empty(); line = lines.next()) {
        const auto hash = parse_hash(*line);
        if (!hash)
            return refuse(bad_file(lines.number(), {"不是哈希", "this is no hash"},
                                   {"应为 32 字节的 base64，或空行",
                                    "32 bytes in base64, or the empty line behind the proof"}));
        if (file.proof.size() == kProofHashesMax)
            return refuse(bad_file(lines.number(), {"证明过长", "the proof is too long"},
                                   {"最多 63 个哈希", "63 hashes are the most"}));
        file.proof.push_back(*hash);
    }
    if (!line)
        return refuse(
            bad_file(lines.number() + 1, {"证明之后没有空行", "the proof doesn't end"},
                     {"应为一个空行，其后是检查点", "an empty line and the checkpoint come here"}));
    if (lines.rest().empty())
        return refuse(bad_file(
            lines.number() + 1, {"缺少检查点", "the checkpoint is missing"},
            {"应为日志签名的检查点原文", "the checkpoint that the log has signed, verbatim"}));
    file.checkpoint = lines.rest();
    return file;
}

Result<TrustedCheckpoint> verify_proof_file(const ProofFile& file, const Hash& leaf,
                                            const Trust& trust) {
    auto trusted = TRY(open_checkpoint(file.checkpoint, trust));
    if (auto included = verify_inclusion(leaf, file.index, trusted.checkpoint.size, file.proof,
                                         trusted.checkpoint.root);
        !included)
        return refuse(std::move(included.error()));
    return trusted;
}

}  // namespace yinuo::tlog
