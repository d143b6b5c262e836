#include "server/nameless_file.h"

#include <sys/mman.h>
#include <unistd.h>

namespace yinuo::server {

Result<NamelessFile> NamelessFile::of(std::string_view bytes) {
    NamelessFile file(memfd_create("data", MFD_CLOEXEC));
    for (auto rest = bytes; file.fd_ >= 0 && !rest.empty();) {
        const auto put = ::write(file.fd_, rest.data(), rest.size());
        if (put <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(put));
        if (rest.empty()) return file;
    }
    if (file.fd_ >= 0 && bytes.empty()) return file;
    return refuse(
        {.code = "unavailable", .what = {"没有地方放这些数据", "there is no room for the data"}});
}

NamelessFile::~NamelessFile() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace yinuo::server
