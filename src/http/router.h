// Finds the route for a method and a path.
//
// Pure: routes are data, an answer is an index into them. A literal segment beats a parameter,
// segment by segment from the left; a parameter takes exactly one segment, never an empty one. An
// encoded slash belongs to its segment: "/obligations/order%2F00004" is two segments, and {id} is
// "order/00004". HEAD finds GET's route where it has none of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace yinuo::http {

struct Route {
    std::string method;
    std::string pattern;  // "/api/v1/obligations/{id}"
    std::string name;
};

class Router {
public:
    // Refuses a pattern that doesn't begin with '/', a parameter without a name or named twice in
    // one pattern, and two routes for the same method and shape.
    static Result<Router> of(std::vector<Route>);

    struct Match {
        std::size_t route;  // index into routes()
        Fields parameters;  // decoded
    };
    struct NotFound {};
    struct WrongMethod {
        std::string allow;  // for the header Allow: "GET, HEAD, POST"
    };
    using Answer = std::variant<Match, NotFound, WrongMethod>;

    // `raw_path` as sent: still percent-encoded, without query. O(segments) unless literals and
    // parameters overlap, when a dead end goes back once per overlap.
    Answer match(std::string_view method, std::string_view raw_path) const;

    std::span<const Route> routes() const { return routes_; }

private:
    struct Node {
        std::vector<std::pair<std::string, std::uint32_t>> literals;  // sorted
        std::uint32_t parameter = 0;        // 0: none; the root is nobody's child
        std::vector<std::uint32_t> routes;  // ending here
    };

    std::uint32_t child(std::uint32_t at, std::string_view segment);
    const Node* find(std::string_view rest, std::uint32_t at,
                     std::vector<std::string_view>& taken) const;

    std::vector<Route> routes_;
    std::vector<std::vector<std::string>> names_;  // of each route's parameters
    std::vector<Node> nodes_;
};

// The 404 or 405 that a failed match deserves.
Response not_found(const Request&);
Response wrong_method(const Request&, const Router::WrongMethod&);

}  // namespace yinuo::http
