// What `yinuo api` knows of the API, and the requests it makes of words.
#include "cli/api_catalog.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "server/openapi.h"

using namespace yinuo;

namespace {

constexpr std::string_view kDescription = R"({
  "paths": {
    "/jobs/{id}": {
      "parameters": [{"$ref": "#/components/parameters/Id"}],
      "get": {"operationId": "readJob", "tags": ["work"], "summary": "One job",
              "parameters": [{"name": "part", "in": "query"},
                             {"name": "If-Match", "in": "header", "required": true}]},
      "put": {"operationId": "writeJob", "requestBody": {"$ref": "#/components/bodies/Job"}}
    }
  },
  "components": {
    "parameters": {"Id": {"name": "id", "in": "path", "required": true}},
    "bodies": {"Job": {"required": true,
                       "content": {"text/yaml": {"example": {"a": [1, "b", null]}},
                                   "application/json": {}}}}
  }
})";

std::vector<cli::ApiOperation> catalog(std::string_view text, Arena& memory) {
    auto all = cli::read_api_catalog(text, memory);
    REQUIRE(all);
    return *std::move(all);
}

std::string refusal(const cli::ApiOperation& operation,
                    const std::vector<std::pair<std::string, std::string>>& given) {
    const auto path = cli::api_path(operation, given);
    REQUIRE(!path);
    return path.error().code + ": " + path.error().mend.en;
}

}  // namespace

TEST_CASE("operations come with the parameters of their path and what references stand for") {
    Arena memory;
    const auto all = catalog(kDescription, memory);
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == "readJob");
    CHECK(all[0].method == "GET");
    CHECK(all[0].area == "work");
    REQUIRE(all[0].parameters.size() == 3);
    CHECK(all[0].parameters[0].required);
    CHECK(all[0].find("If-Match") == nullptr);
    CHECK(all[1].body_required);
    REQUIRE(all[1].media.size() == 2);
    CHECK(all[1].media[0] == "text/yaml");
    CHECK(all[1].example == R"({"a":[1,"b",null]})");
}

TEST_CASE("words become a path and a query, encoded") {
    Arena memory;
    const auto read = catalog(kDescription, memory).front();
    CHECK(cli::api_path(read, {{"id", "order/1"}, {"part", "a b"}}).value() ==
          "/jobs/order%2F1?part=a%20b");
    CHECK(refusal(read, {}) == "missing-parameter: write id=...");
    CHECK(refusal(read, {{"id", "1"}, {"prat", "x"}}) == "unknown-parameter: did you mean part?");
    CHECK(refusal(read, {{"id", "1"}, {"colour", "x"}}) == "unknown-parameter: it knows id, part");
    CHECK(refusal(read, {{"id", "1"}, {"id", "2"}}) == "repeated-parameter: leave one");
}

TEST_CASE("every operation of the server can be asked for") {
    Arena memory;
    const auto all = catalog(server::openapi_json(), memory);
    CHECK(all.size() > 100);
    for (const auto& one : all) {
        CAPTURE(one.id);
        CHECK(!one.id.empty());
        CHECK(!one.area.empty());
        std::vector<std::pair<std::string, std::string>> given;
        for (const auto& parameter : one.parameters)
            if (parameter.required && parameter.in != "header")
                given.emplace_back(parameter.name, "1");
        const auto path = cli::api_path(one, given);
        REQUIRE(path);
        CHECK(path->find('{') == std::string::npos);
    }
}
