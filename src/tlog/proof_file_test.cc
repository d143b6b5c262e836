#include "tlog/proof_file.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tlog/base64.h"
#include "tlog/testing.h"

using namespace yinuo;
using namespace yinuo::tlog;
using namespace yinuo::tlog::testing;

namespace {

constexpr std::uint64_t kNow = 1'772'000'000;

struct Log {
    SignerKey key =
        *SignerKey::from_seed("example.com/log", KeyType::Ed25519, std::string(32, 'l'));
    SignerKey witness =
        *SignerKey::from_seed("example.net/w", KeyType::Cosignature, std::string(32, 'w'));
    Shelf shelf;
    Tree tree;

    explicit Log(std::uint64_t size) { shelf.put(tree.append(entries_from(0, size))); }
    std::string checkpoint() const { return sign_checkpoint(key, tree.size(), tree.root()); }
    std::string cosigned() const {
        Note note = *parse_note(checkpoint());
        note.signatures.push_back(witness.cosign(note.text, kNow));
        return to_text(note);
    }
    Trust trust(std::size_t witnesses_needed = 0) const {
        return {"example.com/log", {key.verifier()}, {witness.verifier()}, witnesses_needed};
    }
};

std::string refusal(std::string_view text) {
    const auto file = parse_proof_file(text);
    return file ? "none" : file.error().what.en;
}

const std::string kHead = "c2sp.org/tlog-proof@v1\n";

}  // namespace

TEST_CASE("a proof file is carried away and verified, witnesses and all") {
    Log log(70'000);
    const auto file = make_proof_file(log.shelf, 42'000, log.cosigned(), "salt");
    REQUIRE(file);
    const std::string text = to_text(*file);
    CHECK(text.starts_with(kHead + "extra c2FsdA==\nindex 42000\n"));
    const auto read = parse_proof_file(text);
    REQUIRE(read);
    CHECK(*read == *file);
    CHECK(to_text(*read) == text);
    const auto trusted = verify_proof_file(*read, hash_entry(entry_number(42'000)), log.trust(1));
    REQUIRE(trusted);
    CHECK(trusted->checkpoint == Checkpoint{"example.com/log", 70'000, log.tree.root()});
    CHECK(trusted->cosigned == std::vector<Cosigned>{{"example.net/w", kNow}});
    CHECK(verify_proof_file(*read, hash_entry(entry_number(42'001)), log.trust()).error().code ==
          "bad-proof");
}

TEST_CASE("any flipped bit of a proof file is refused") {
    Log log(300);
    const auto text = to_text(*make_proof_file(log.shelf, 77, log.checkpoint(), ""));
    const Hash leaf = hash_entry(entry_number(77));
    REQUIRE(verify_proof_file(*parse_proof_file(text), leaf, log.trust()));
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        const auto file = parse_proof_file(flipped);
        CHECK_FALSE((file && verify_proof_file(*file, leaf, log.trust())));
    }
}

TEST_CASE("extra data of 4 MiB travels, one byte more doesn't") {
    Log log(3);
    const std::string most(kExtraBytesMax, 'x');
    const auto file = make_proof_file(log.shelf, 1, log.checkpoint(), most);
    REQUIRE(file);
    CHECK(parse_proof_file(to_text(*file))->extra == most);
    CHECK(make_proof_file(log.shelf, 1, log.checkpoint(), most + "x").error().code ==
          "extra-too-large");
    CHECK(parse_proof_file(kHead + "extra " + to_base64(most + "x") + "\n").error().code ==
          "extra-too-large");
}

TEST_CASE("a proof file is made only for leaves that the checkpoint covers") {
    Log log(3);
    CHECK(make_proof_file(log.shelf, 3, log.checkpoint(), "").error().code == "no-such-leaf");
    CHECK(make_proof_file(log.shelf, 0, "no note", "").error().code == "bad-note");
}

TEST_CASE("a malformed proof file says which line is off") {
    CHECK(refusal("") == "line 1 of the proof file: this is no transparency log proof");
    CHECK(refusal("c2sp.org/tlog-proof@v2\nindex 0\n\nx") ==
          "line 1 of the proof file: this is no transparency log proof");
    CHECK(refusal(kHead) == "line 2 of the proof file: the index of the entry is missing");
    CHECK(refusal(kHead + "index 01\n\nx") ==
          "line 2 of the proof file: the index of the entry is missing");
    CHECK(refusal(kHead + "extra \nindex 1\n\nx") ==
          "line 2 of the proof file: the extra data is not base64");
    CHECK(refusal(kHead + "extra AA==\n\nx") ==
          "line 3 of the proof file: the index of the entry is missing");
    CHECK(refusal(kHead + "index 0\nAA==\n\nx") == "line 3 of the proof file: this is no hash");
    CHECK(refusal(kHead + "index 0\n") == "line 3 of the proof file: the proof doesn't end");
    CHECK(refusal(kHead + "index 0\n\n") == "line 4 of the proof file: the checkpoint is missing");
    CHECK(refusal(kHead + "index 0\r\n\n") ==
          "line 2 of the proof file: the index of the entry is missing");
    std::string lines;
    for (int i = 0; i < 64; ++i) lines += to_text(Hash{}) + "\n";
    CHECK(refusal(kHead + "index 0\n" + lines + "\nx") ==
          "line 66 of the proof file: the proof is too long");
}

TEST_CASE("trust is in an origin, its keys and enough witnesses") {
    Log log(9);
    CHECK(open_checkpoint(log.checkpoint(), log.trust(1)).error().code == "too-few-witnesses");
    CHECK(open_checkpoint(log.cosigned(), log.trust(1)).has_value());
    auto trust = log.trust();
    trust.origin = "example.com/other";
    CHECK(open_checkpoint(log.checkpoint(), trust).error().code == "wrong-origin");
    trust = log.trust();
    trust.log = {log.witness.verifier()};
    CHECK(open_checkpoint(log.checkpoint(), trust).error().code == "bad-signature");

    // Two names of one key are one witness, not two.
    trust = log.trust(2);
    const auto alias =
        *SignerKey::from_seed("example.net/alias", KeyType::Cosignature, std::string(32, 'w'));
    trust.witnesses.push_back(alias.verifier());
    Note note = *parse_note(log.cosigned());
    note.signatures.push_back(alias.cosign(note.text, kNow));
    CHECK(open_checkpoint(to_text(note), trust).error().what.en ==
          "only 1 trusted witnesses have cosigned");
}

TEST_CASE("a log goes on from its own checkpoint, and from no other") {
    Log log(700);
    auto resumed = resume(log.shelf, log.checkpoint(), log.key.verifier());
    REQUIRE(resumed);
    log.shelf.put(resumed->append(entries_from(700, 5)));
    CHECK(resumed->root() == Log(705).tree.root());
    CHECK(resume(log.shelf, "", log.key.verifier())->size() == 0);

    const auto key = log.key.verifier();
    const auto of_another = sign_checkpoint(log.key, 700, Hash{});
    CHECK(resume(log.shelf, of_another, key).error().code == "wrong-root");
    auto forged = *parse_note(log.checkpoint());
    forged.text.insert(forged.text.find("700"), "1");
    CHECK(resume(log.shelf, to_text(forged), key).error().code == "bad-signature");
    // A flipped bit in the tile above would otherwise be signed over.
    log.shelf.tiles["tile/1/000"][40] ^= 1;
    CHECK(resume(log.shelf, log.checkpoint(), key).error().code == "wrong-root");
}

TEST_CASE("a malformed checkpoint says which line is off") {
    const auto told = [](std::string_view text) {
        const auto checkpoint = parse_checkpoint(text);
        return checkpoint ? "none" : checkpoint.error().what.en;
    };
    const std::string root = to_text(empty_root()) + "\n";
    CHECK(told("log\n0\n" + root) == "none");
    CHECK(told("log\n0\n" + root + "more\n") == "none");
    CHECK(told("log\n0\n") == "line 3 of the checkpoint: it is missing");
    CHECK(told("\n0\n" + root) == "line 1 of the checkpoint: it is empty");
    CHECK(told("log\n00\n" + root) ==
          "line 2 of the checkpoint: the size is a whole number without leading zeroes");
    CHECK(told("log\n18446744073709551616\n" + root) ==
          "line 2 of the checkpoint: the size is a whole number without leading zeroes");
    CHECK(told("log\n0\nAAAA\n") ==
          "line 3 of the checkpoint: the root hash is 32 bytes in base64");
    CHECK(told("log\n0\n" + root + "\n") == "line 4 of the checkpoint: it is empty");
    const auto read = parse_checkpoint("log\n0\n" + root + "more\n");
    CHECK(to_text(*read) == "log\n0\n" + root + "more\n");
}
