#include "http/router.h"

#include <algorithm>

#include "http/problem.h"
#include "http/target.h"

namespace yinuo::http {
namespace {

// The first segment of "/a/b" without its slash; the rest keeps its own.
std::string_view next_segment(std::string_view& rest) {
    rest.remove_prefix(1);
    const auto end = std::min(rest.find('/'), rest.size());
    const auto segment = rest.substr(0, end);
    rest.remove_prefix(end);
    return segment;
}

Error bad_pattern(const Route& route, Text what) {
    return {.code = "bad-route",
            .what = {"路由 " + route.method + " " + route.pattern + "：" + what.zh,
                     "route " + route.method + " " + route.pattern + ": " + what.en}};
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

}  // namespace

Result<Router> Router::of(std::vector<Route> routes) {
    Router router;
    router.nodes_.emplace_back();
    for (std::uint32_t index = 0; index < routes.size(); ++index) {
        const auto& route = routes[index];
        if (!route.pattern.starts_with('/'))
            return refuse(bad_pattern(route, {"没有以“/”开头", "doesn't begin with \"/\""}));
        std::uint32_t at = 0;
        std::vector<std::string> names;
        for (std::string_view rest = route.pattern; !rest.empty();) {
            const auto segment = next_segment(rest);
            if (is_parameter(segment)) {
                const auto name = segment.substr(1, segment.size() - 2);
                if (name.empty() || std::ranges::find(names, name) != names.end())
                    return refuse(bad_pattern(route, {"参数要有名字，且不能重名",
                                                      "parameters need names, each its own"}));
                names.emplace_back(name);
            }
            at = router.child(at, segment);
        }
        for (const auto other : router.nodes_[at].routes)
            if (routes[other].method == route.method)
                return refuse(bad_pattern(route, {"与 " + routes[other].pattern + " 是同一条",
                                                  "is the same as " + routes[other].pattern}));
        router.nodes_[at].routes.push_back(index);
        router.names_.push_back(std::move(names));
    }
    router.routes_ = std::move(routes);
    return router;
}

std::uint32_t Router::child(std::uint32_t at, std::string_view segment) {
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    if (is_parameter(segment)) {
        if (nodes_[at].parameter != 0) return nodes_[at].parameter;
        nodes_[at].parameter = fresh;
    } else {
        auto& literals = nodes_[at].literals;
        const auto place = std::ranges::lower_bound(literals, segment, {}, [](const auto& literal) {
            return std::string_view(literal.first);
        });
        if (place != literals.end() && place->first == segment) return place->second;
        literals.emplace(place, segment, fresh);
    }
    nodes_.emplace_back();
    return fresh;
}

const Router::Node* Router::find(std::string_view rest, std::uint32_t at,
                                 std::vector<std::string_view>& taken) const {
    const auto& node = nodes_[at];
    if (rest.empty()) return node.routes.empty() ? nullptr : &node;
    const auto raw = next_segment(rest);
    std::string decoded;
    auto segment = raw;
    if (raw.find('%') != std::string_view::npos) {
        if (!decode_percent(decoded, raw)) return nullptr;
        segment = decoded;
    }
    const auto literal =
        std::ranges::lower_bound(node.literals, segment, {},
                                 [](const auto& entry) { return std::string_view(entry.first); });
    if (literal != node.literals.end() && literal->first == segment)
        if (const auto* found = find(rest, literal->second, taken)) return found;
    if (node.parameter == 0 || raw.empty()) return nullptr;
    taken.push_back(raw);
    if (const auto* found = find(rest, node.parameter, taken)) return found;
    taken.pop_back();
    return nullptr;
}

Router::Answer Router::match(std::string_view method, std::string_view raw_path) const {
    if (!raw_path.starts_with('/')) return NotFound{};
    std::vector<std::string_view> taken;
    const auto* node = find(raw_path, 0, taken);
    if (node == nullptr) return NotFound{};
    const auto of_method = [&](std::string_view wanted) {
        return std::ranges::find_if(
            node->routes, [&](std::uint32_t route) { return routes_[route].method == wanted; });
    };
    auto found = of_method(method);
    if (found == node->routes.end() && method == "HEAD") found = of_method("GET");
    if (found == node->routes.end()) {
        WrongMethod wrong;
        for (const auto route : node->routes) {
            const auto& may = routes_[route].method;
            wrong.allow += (wrong.allow.empty() ? "" : ", ") + may;
            if (may == "GET" && of_method("HEAD") == node->routes.end()) wrong.allow += ", HEAD";
        }
        return wrong;
    }
    Match match{.route = *found, .parameters = {}};
    std::string value;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        value.clear();
        decode_percent(value, taken[i]);
        match.parameters.add(names_[*found][i], value);
    }
    return match;
}

Response not_found(const Request& request) {
    return problem(
        404,
        {.code = "not-found",
         .what = {"没有这个地址：" + request.path, "there is nothing at " + request.path}},
        request.wants_chinese());
}

Response wrong_method(const Request& request, const Router::WrongMethod& wrong) {
    return problem(405,
                   {.code = "wrong-method",
                    .what = {request.path + " 不接受 " + request.method,
                             request.path + " doesn't take " + request.method},
                    .mend = {"可用：" + wrong.allow, "it takes " + wrong.allow}},
                   request.wants_chinese())
        .with("Allow", wrong.allow);
}

}  // namespace yinuo::http
