// Bytes as a file without a name: the reader of histories wants a path.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace yinuo::server {

class NamelessFile {
public:
    static Result<NamelessFile> of(std::string_view bytes);
    NamelessFile(NamelessFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~NamelessFile();
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
    explicit NamelessFile(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace yinuo::server
