// The web app's files, as the build put them into the program (cmake/web.cmake); without node there
// are none, and a plain page says so.
#pragma once

#include <span>
#include <string_view>

namespace yinuo::server {

struct WebFile {
    std::string_view name;  // "index.html", "assets/index-DQhb8Zzo.js"
    std::string_view type;
    std::string_view packed;  // gzip
    std::string_view etag;    // with its quotes
};

std::span<const WebFile> web_files();  // by name

}  // namespace yinuo::server
