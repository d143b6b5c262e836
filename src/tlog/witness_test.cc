#include "tlog/witness.h"

#include <doctest/doctest.h>

#include "tlog/testing.h"

using namespace yinuo;
using namespace yinuo::tlog;
using namespace yinuo::tlog::testing;

namespace {

constexpr std::uint64_t kNow = 1'772'000'000;

// A log of 300 leaves, and a witness who has seen `seen` of them.
struct Scene {
    SignerKey log =
        *SignerKey::from_seed("example.com/log", KeyType::Ed25519, std::string(32, 'l'));
    SignerKey witness =
        *SignerKey::from_seed("example.net/w", KeyType::Cosignature, std::string(32, 'w'));
    Shelf shelf;
    Tree tree;
    WatchedLog watched;

    explicit Scene(std::uint64_t seen) {
        shelf.put(tree.append(entries_from(0, seen)));
        watched = {{log.verifier()}, seen, tree.root()};
        shelf.put(tree.append(entries_from(seen, 300 - seen)));
    }
    std::string checkpoint() const { return sign_checkpoint(log, tree.size(), tree.root()); }
    Proof proof() { return *prove_consistency(shelf, watched.size, tree.size()); }

    WitnessAnswer ask(std::uint64_t old_size, const Proof& proof, const std::string& note) const {
        const auto request = parse_add_checkpoint(add_checkpoint_body(old_size, proof, note));
        REQUIRE(request);
        return answer_add_checkpoint(*request, &watched, witness, kNow);
    }
};

}  // namespace

TEST_CASE("a witness cosigns what is consistent with what it has seen") {
    Scene scene(100);
    const auto answer = scene.ask(100, scene.proof(), scene.checkpoint());
    CHECK(answer.status == 200);
    CHECK(answer.body.starts_with("— example.net/w "));

    // The log takes the answer into its checkpoint, and so does the witness.
    const auto cosigned =
        with_cosignatures(scene.checkpoint(), answer.body, {&scene.witness.verifier(), 1});
    REQUIRE(cosigned);
    CHECK(*cosigned == answer.cosigned);
    const Trust trust{"example.com/log", {scene.log.verifier()}, {scene.witness.verifier()}, 1};
    const auto opened = open_checkpoint(*cosigned, trust);
    REQUIRE(opened);
    CHECK(opened->cosigned == std::vector<Cosigned>{{"example.net/w", kNow}});
    // Asked again later, the younger cosignature takes the older one's place.
    const Note note = *parse_note(*cosigned);
    const auto later = to_text(scene.witness.cosign(note.text, kNow + 60));
    const auto again = with_cosignatures(*cosigned, later, {&scene.witness.verifier(), 1});
    CHECK(parse_note(*again)->signatures.size() == 2);
    CHECK(open_checkpoint(*again, trust)->cosigned[0].seconds == kNow + 60);
}

TEST_CASE("the first checkpoint needs no proof, and the same one again none either") {
    Scene first(0);
    CHECK(first.ask(0, {}, first.checkpoint()).status == 200);
    CHECK(first.ask(0, {Hash{}}, first.checkpoint()).status == 422);
    Scene same(300);
    CHECK(same.ask(300, {}, same.checkpoint()).status == 200);
    CHECK(same.ask(300, {Hash{}}, same.checkpoint()).status == 422);
    CHECK(same.ask(300, {}, sign_checkpoint(same.log, 300, Hash{})).status == 422);
    CHECK(first.ask(0, {}, sign_checkpoint(first.log, 0, empty_root())).status == 200);
    CHECK(first.ask(0, {}, sign_checkpoint(first.log, 0, Hash{})).status == 422);
}

TEST_CASE("a witness tells whoever asks from the wrong size what it has") {
    Scene scene(100);
    const auto answer = scene.ask(99, scene.proof(), scene.checkpoint());
    CHECK(answer.status == 409);
    CHECK(answer.content_type == "text/x.tlog.size");
    CHECK(answer.body == "100\n");
    CHECK_FALSE(answer.cosigned);
    CHECK(scene.ask(301, {}, scene.checkpoint()).status == 400);
}

TEST_CASE("a witness cosigns no other history, no stranger's checkpoint, no unknown log") {
    Scene scene(100);
    auto proof = scene.proof();
    proof[1].bytes[7] ^= 1;
    const auto forked = scene.ask(100, proof, scene.checkpoint());
    CHECK(forked.status == 422);
    CHECK_FALSE(forked.cosigned);

    const auto stranger =
        *SignerKey::from_seed("example.com/log", KeyType::Ed25519, std::string(32, 's'));
    CHECK(scene.ask(100, scene.proof(), sign_checkpoint(stranger, 300, scene.tree.root())).status ==
          403);
    // A wrong signature of the known key spoils a right one beside it.
    Note note = *parse_note(scene.checkpoint());
    note.signatures.push_back(scene.log.sign("another text\n"));
    CHECK(scene.ask(100, scene.proof(), to_text(note)).status == 403);

    const auto request =
        parse_add_checkpoint(add_checkpoint_body(100, scene.proof(), scene.checkpoint()));
    CHECK(answer_add_checkpoint(*request, nullptr, scene.witness, kNow).status == 404);
}

TEST_CASE("a malformed request says which line is off") {
    Scene scene(100);
    const auto told = [](const std::string& body) {
        const auto request = parse_add_checkpoint(body);
        return request ? "none" : request.error().what.en;
    };
    const auto note = scene.checkpoint();
    CHECK(told("old 0\n\n" + note) == "none");
    CHECK(told("") == "line 1 of the request: the old size is missing");
    CHECK(told("old 00\n\n" + note) == "line 1 of the request: the old size is missing");
    CHECK(told("old -1\n\n" + note) == "line 1 of the request: the old size is missing");
    CHECK(told("old 0\nAAAA\n\n" + note) == "line 2 of the request: this is no hash");
    CHECK(told("old 0\n") == "line 2 of the request: the empty line is missing");
    CHECK(told(add_checkpoint_body(1, Proof(64), note)) ==
          "line 65 of the request: the proof is too long");
    CHECK(told("old 0\n\nno note") ==
          "not a signed note: there is no empty line before the signatures");
}

TEST_CASE("a log takes no cosignatures that are wrong or of strangers only") {
    Scene scene(100);
    const auto note = scene.checkpoint();
    const auto answer = to_text(scene.witness.cosign("another text\n", kNow));
    const std::vector<VerifierKey> known{scene.witness.verifier()};
    CHECK(with_cosignatures(note, answer, known).error().code == "bad-signature");
    CHECK(with_cosignatures(note, "", known).error().code == "bad-signature");
    CHECK(with_cosignatures(note, "<html>", known).error().code == "bad-note");
}

TEST_CASE("a watched log's checkpoint is served under its origin's hash") {
    CHECK(origin_hash("example.com/behind-the-sofa").size() == 64);
    CHECK(origin_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
