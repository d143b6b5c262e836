// What a server can be asked for, as its description (server/openapi.h) says: for `yinuo api`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "wire/json.h"

namespace yinuo::cli {

struct ApiParameter {
    std::string_view name;
    std::string_view in;  // "path", "query", "header"
    std::string_view description;
    bool required = false;
};

struct ApiOperation {
    std::string_view id;      // "declareIncident"
    std::string_view method;  // "POST"
    std::string_view path;    // "/api/v1/incidents/{id}"
    std::string_view area;    // "fund"
    std::string_view summary;
    std::string_view description;
    std::vector<ApiParameter> parameters;
    std::vector<std::string_view> media;  // of its body; the first unless another is asked for
    bool body_required = false;
    std::string example;  // of the body, as JSON; may be empty

    const ApiParameter* find(std::string_view name) const;
};

// In the order of the description; everything borrows from `description` and `memory`.
Result<std::vector<ApiOperation>> read_api_catalog(std::string_view description, Arena& memory);

// The path with its parameters in place and the query behind it. `given`: name and value. Refuses
// a parameter that the operation doesn't have, with the nearest it has, one given twice, and the
// lack of a required one.
Result<std::string> api_path(const ApiOperation&,
                             const std::vector<std::pair<std::string, std::string>>& given);

}  // namespace yinuo::cli
