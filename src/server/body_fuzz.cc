// Any bytes as a request's body and headers: an answer, never a crash.
#include <cstddef>
#include <cstdint>

#include "server/body.h"

namespace {

using namespace yinuo::server;

struct Leaf {
    std::string word;
    std::int64_t number = 0;
};
void describe(Members& in, Leaf& into) {
    in.need("word", into.word, {.least = 1, .most = 20});
    in.may("number", into.number, {.least = -5, .most = 5});
}

struct Root {
    std::string name;
    yinuo::Instant at;
    std::vector<std::string> list;
    std::vector<Leaf> leaves;
    Leaf leaf;
};
void describe(Members& in, Root& into) {
    in.need("name", into.name, {.least = 0, .most = 9});
    in.may_instant("at", into.at);
    in.may("list", into.list, {.least = 0, .most = 9}, {.least = 0, .most = 9});
    in.may_each("leaves", into.leaves, {.least = 0, .most = 9});
    in.may_object("leaf", into.leaf);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    yinuo::http::Request request;
    request.headers.add("content-type", "application/json");
    request.body.assign(reinterpret_cast<const char*>(data), size);
    const auto root = read_body<Root>(request);
    if (!root) static_cast<void>(problem_of(root.error(), size % 2 == 0));
    return 0;
}
