// The page about access says what the table of permissions says.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr Role kColumns[] = {Role::Operator,   Role::Owner,   Role::Manager, Role::Agent,
                             Role::SecondLine, Role::Partner, Role::Auditor, Role::Customer};

// A row for each route, in the order of their areas.
std::string table() {
    std::string text = "|---|---|";
    for ([[maybe_unused]] const Role role : kColumns) text += "---|";
    text += '\n';
    for (const auto& route : all_routes()) {
        text += "| `" + std::string(route.method) + " " + std::string(route.pattern) + "` | " +
                std::string(name_of(route.permission)) + " |";
        for (const Role role : kColumns)
            text += permissions_of(role).has(route.permission) ? " ✓ |" : " |";
        text += '\n';
    }
    return text + '\n';
}

std::string header() {
    std::string text = " |";
    for (const Role role : kColumns) text += " " + std::string(name_of(role)) + " |";
    return text + '\n';
}

}  // namespace

TEST_CASE("the page about access has every operation, and who may ask for it") {
    for (const auto* path : {"docs/reference/access.md", "docs/reference/access.zh.md"}) {
        std::ifstream file(path);
        REQUIRE_MESSAGE(file, path);
        const std::string page(std::istreambuf_iterator<char>(file), {});
        CHECK_MESSAGE(page.contains(header() + table()), std::string(path) << " lacks this table:\n"
                                                                           << header() << table());
    }
}

}  // namespace yinuo::server
