// The API's description (OpenAPI 3.1), written by hand in openapi/*.yaml and put into the program
// as JSON when it is built.
#pragma once

#include <string_view>

namespace yinuo::server {

std::string_view openapi_json();

}  // namespace yinuo::server
