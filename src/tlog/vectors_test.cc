// The vectors of transparency-dev's Merkle proofs, where they are at hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tlog/base64.h"
#include "tlog/proof.h"

using namespace yinuo;
using namespace yinuo::tlog;

namespace {

// The flat JSON of a vector: strings without escapes, whole numbers, a list of strings or null.
struct Vector {
    std::string json;

    std::string_view after(std::string_view key) const {
        const auto at = json.find("\"" + std::string(key) + "\":");
        REQUIRE(at != std::string::npos);
        auto rest = std::string_view(json).substr(at + key.size() + 3);
        return rest.substr(rest.find_first_not_of(" \n"));
    }
    std::uint64_t number(std::string_view key) const {
        return std::stoull(std::string(after(key).substr(0, 20)));
    }
    static std::string bytes(std::string_view quoted) {
        const auto text = quoted.substr(1, quoted.find('"', 1) - 1);
        const auto bytes = from_base64(text);
        REQUIRE(bytes);
        return *bytes;
    }
    std::string bytes_of(std::string_view key) const { return bytes(after(key)); }
    std::vector<std::string> list(std::string_view key) const {
        std::vector<std::string> items;
        auto rest = after(key);
        if (rest.starts_with("null")) return items;
        rest = rest.substr(0, rest.find(']'));
        for (auto at = rest.find('"'); at != std::string_view::npos; at = rest.find('"', at)) {
            items.push_back(bytes(rest.substr(at)));
            at = rest.find('"', at + 1) + 1;
        }
        return items;
    }
    bool want_error() const { return after("wantErr").starts_with("true"); }
};

// Some vectors of consistency give roots that are no hashes ("dont care"), one of them where it
// should pass: equal ones stay equal, others differ.
Hash as_hash(const std::string& bytes) {
    return bytes.size() == kHashBytes ? Hash::of(bytes) : sha256(bytes);
}

bool passes(const Vector& vector, bool inclusion) {
    Proof proof;
    for (const auto& item : vector.list("proof")) {
        if (item.size() != kHashBytes) return false;  // our proofs can't even say it
        proof.push_back(Hash::of(item));
    }
    if (inclusion && (vector.bytes_of("leafHash").size() != kHashBytes ||
                      vector.bytes_of("root").size() != kHashBytes))
        return false;
    if (inclusion)
        return verify_inclusion(as_hash(vector.bytes_of("leafHash")), vector.number("leafIdx"),
                                vector.number("treeSize"), proof, as_hash(vector.bytes_of("root")))
            .has_value();
    return verify_consistency(vector.number("size1"), as_hash(vector.bytes_of("root1")),
                              vector.number("size2"), as_hash(vector.bytes_of("root2")), proof)
        .has_value();
}

int check_all(std::string_view kind) {
    const auto root =
        std::filesystem::path(YINUO_SOURCE_DIR) / "../shared/standards/tlog/vectors" / kind;
    if (!std::filesystem::exists(root)) {
        MESSAGE("skipped: no vectors in ../shared/standards/tlog/vectors/" << kind);
        return -1;
    }
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path());
        const Vector vector{{std::istreambuf_iterator<char>(file), {}}};
        INFO(entry.path().string());
        CHECK(passes(vector, kind == "inclusion") == !vector.want_error());
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("the public vectors of inclusion proofs pass, and their wrong ones are refused") {
    const int count = check_all("inclusion");
    if (count >= 0) CHECK(count >= 50);
}

TEST_CASE("the public vectors of consistency proofs pass, and their wrong ones are refused") {
    const int count = check_all("consistency");
    if (count >= 0) CHECK(count >= 50);
}
