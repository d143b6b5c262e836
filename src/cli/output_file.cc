#include "cli/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace yinuo::cli {
namespace {

bool is_plain_or_new(const std::string& path) {
    struct stat state{};
    return ::lstat(path.c_str(), &state) != 0 || S_ISREG(state.st_mode);
}

}  // namespace

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), written_(is_plain_or_new(path_) ? path_ + ".part" : path_) {
    file_ = std::fopen(written_.c_str(), "w");
    if (file_ == nullptr) cause_ = errno;
}

OutputFile::~OutputFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    if (written_ != path_) ::unlink(written_.c_str());
}

Result<void> OutputFile::finish() {
    if (file_ != nullptr) {
        const bool taken = std::ferror(file_) == 0;
        if (taken) errno = 0;  // otherwise it still says why a write failed
        const int failed = errno;
        const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
        const bool moved = written_ == path_ ||
                           (taken && closed && std::rename(written_.c_str(), path_.c_str()) == 0);
        if (taken && closed && moved) return {};
        cause_ = taken ? errno : failed;
        if (written_ != path_) ::unlink(written_.c_str());
    }
    std::string why = cause_ != 0 ? std::string(": ") + std::strerror(cause_) : "";
    return refuse(
        {.code = "write-failed", .what = {"写不了 " + path_ + why, "can't write " + path_ + why}});
}

}  // namespace yinuo::cli
