#include "tlog/checkpoint.h"

#include <algorithm>
#include <set>

#include "tlog/number.h"

namespace yinuo::tlog {
namespace {

Error bad_checkpoint(std::uint32_t line, std::string_view zh, std::string_view en) {
    return {.code = "bad-checkpoint",
            .what = {"检查点第 " + std::to_string(line) + " 行有误：" + std::string(zh),
                     "line " + std::to_string(line) + " of the checkpoint: " + std::string(en)},
            .mend = {"应依次为日志标识、大小、根哈希，各占一行",
                     "the origin, the size and the root hash have one line each"},
            .place = {.path = {}, .line = line}};
}

Error wrong_origin(std::string_view wanted) {
    return {.code = "wrong-origin",
            .what = {"检查点属于另一个日志", "the checkpoint is another log's"},
            .mend = {"应属于「" + std::string(wanted) + "」",
                     "it should be of " + std::string(wanted)}};
}

Error too_few(std::size_t has, std::size_t needed) {
    return {.code = "too-few-witnesses",
            .what = {"只有 " + std::to_string(has) + " 个受信任的见证方联署",
                     "only " + std::to_string(has) + " trusted witnesses have cosigned"},
            .mend = {"至少需要 " + std::to_string(needed) + " 个",
                     "at least " + std::to_string(needed) + " must have"}};
}

Error wrong_tiles(const Hash& has, const Hash& wanted) {
    return {.code = "wrong-root",
            .what = {"瓦片得出的根哈希是 " + to_text(has),
                     "the tiles lead to the root " + to_text(has)},
            .mend = {
                "检查点上写的是 " + to_text(wanted) + "；请用 fsck 查明损坏之处",
                "the checkpoint says " + to_text(wanted) + "; find out with fsck what is damaged"}};
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
    std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                       to_text(checkpoint.root) + "\n";
    for (const auto& line : checkpoint.extensions) text += line + "\n";
    return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view note_text) {
    Checkpoint checkpoint;
    std::uint32_t number = 0;
    while (!note_text.empty()) {
        ++number;
        const auto end = note_text.find('\n');
        if (end == std::string_view::npos)
            return refuse(bad_checkpoint(number, "没有换行", "it has no newline"));
        const auto line = note_text.substr(0, end);
        note_text.remove_prefix(end + 1);
        if (line.empty()) return refuse(bad_checkpoint(number, "该行为空", "it is empty"));
        if (number == 1) {
            checkpoint.origin = line;
        } else if (number == 2) {
            const auto size = parse_number(line);
            if (!size)
                return refuse(bad_checkpoint(2, "大小应为没有多余零的十进制整数",
                                             "the size is a whole number without leading zeroes"));
            checkpoint.size = *size;
        } else if (number == 3) {
            const auto root = parse_hash(line);
            if (!root)
                return refuse(bad_checkpoint(3, "根哈希应为 32 字节的 base64",
                                             "the root hash is 32 bytes in base64"));
            checkpoint.root = *root;
        } else {
            checkpoint.extensions.emplace_back(line);
        }
    }
    if (number < 3) return refuse(bad_checkpoint(number + 1, "缺少这一行", "it is missing"));
    return checkpoint;
}

std::string sign_checkpoint(const SignerKey& log, std::uint64_t size, const Hash& root) {
    Note note{to_text(Checkpoint{log.name(), size, root}), {}};
    note.signatures.push_back(log.sign(note.text));
    return to_text(note);
}

Result<Tree> resume(TileReader& tiles, std::string_view bytes, const VerifierKey& log) {
    if (bytes.empty()) return Tree();
    const auto last = TRY(open_checkpoint(bytes, {log.name(), {log}, {}, 0})).checkpoint;
    auto tree = TRY(Tree::open(tiles, last.size));
    if (tree.root() != last.root) return refuse(wrong_tiles(tree.root(), last.root));
    return tree;
}

Result<TrustedCheckpoint> open_checkpoint(std::string_view bytes, const Trust& trust) {
    const Note note = TRY(parse_note(bytes));
    TrustedCheckpoint opened;
    opened.checkpoint = TRY(parse_checkpoint(note.text));
    if (opened.checkpoint.origin != trust.origin) return refuse(wrong_origin(trust.origin));
    TRY(verify(note, trust.log));
    if (trust.witnesses.empty() && trust.witnesses_needed == 0) return opened;

    // No cosignature of a known witness is not a wrong one: the number needed decides.
    const bool any = std::ranges::any_of(note.signatures, [&](const Signature& signature) {
        return std::ranges::any_of(trust.witnesses, [&](const VerifierKey& witness) {
            return witness.is_meant_by(signature);
        });
    });
    std::set<std::string_view> different;  // by public key: two names of one key are one witness
    if (any)
        for (const auto& [key, seconds] : TRY(verify(note, trust.witnesses))) {
            const auto& witness = trust.witnesses[key];
            different.insert(witness.public_key());
            opened.cosigned.push_back({witness.name(), seconds.value_or(0)});
        }
    if (different.size() < trust.witnesses_needed)
        return refuse(too_few(different.size(), trust.witnesses_needed));
    return opened;
}

}  // namespace yinuo::tlog
