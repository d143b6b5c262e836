#include "wire/input.h"

#include <fcntl.h>
#include <iconv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace yinuo::wire {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr std::array<std::string_view, 8> kEncodings = {
    "utf-8", "utf-16", "gb18030", "gbk", "gb2312", "big5", "iso-8859-1", "windows-1252"};

Error fault(std::string code, std::string_view path, Text what) {
    return {.code = std::move(code),
            .what = std::move(what),
            .mend = {},
            .place = {.path = std::string(path)}};
}

Error unreadable(std::string_view path) {
    const std::string why = std::strerror(errno);
    return fault("unreadable", path, {"读取失败：" + why, "it can't be read: " + why});
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ > 2) ::close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

class MappedInput final : public Input {
public:
    MappedInput(std::string path, std::string_view bytes) : bytes_(bytes) {
        path_ = std::move(path);
        text_ = bytes;
        mapped_ = true;
        read_ = in_all_ = bytes.size();
    }
    ~MappedInput() override {
        if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }
    Result<bool> more() override { return false; }

private:
    std::string_view bytes_;
};

class StreamedInput final : public Input {
public:
    StreamedInput(std::string path, Descriptor fd, std::uint64_t size) : fd_(std::move(fd)) {
        path_ = std::move(path);
        in_all_ = size;
    }
    ~StreamedInput() override {
        if (zipped_) ::inflateEnd(&zip_);
        if (converting_) ::iconv_close(converter_);
    }

    Result<void> begin(std::string_view encoding) {
        if (encoding != "utf-8") {
            converter_ = ::iconv_open("UTF-8", std::string(encoding).c_str());
            if (converter_ == iconv_t(-1))
                return refuse(fault("unknown-encoding", path_,
                                    {"不认识的编码", "this encoding is not known here"}));
            converting_ = true;
        }
        if (auto filled = fill(); !filled) return refuse(std::move(filled.error()));
        if (raw_.size() >= 2 && raw_[0] == '\x1f' && raw_[1] == '\x8b') {
            if (::inflateInit2(&zip_, 15 + 16) != Z_OK) return refuse(damaged());
            zipped_ = true;
        }
        return {};
    }

    Result<bool> more() override {
        std::string plain;
        while (plain.empty()) {
            if (!TRY(next_plain(plain))) {
                if (rest_.empty()) return false;
                plain = "\xff";  // the file ends inside a character
                rest_.clear();
                break;
            }
            if (converting_) plain = converted(plain);
        }
        // What is left of the window moves to the front and the new text follows it.
        const std::size_t kept = text_.size();
        if (kept > 0) std::memmove(window_.data(), text_.data(), kept);
        window_.resize(kept);
        window_ += plain;
        text_ = window_;
        return true;
    }

private:
    Error damaged() const {
        return fault("bad-gzip", path_,
                     {"gzip 数据已损坏或不完整", "the gzip data is damaged or ends too early"});
    }

    // Reads the next bytes of the file behind those in raw_; false at its end.
    Result<bool> fill() {
        const auto kept = raw_.size();
        raw_.resize(kept + kChunk);
        ssize_t count;
        do count = ::read(fd_.get(), raw_.data() + kept, kChunk);
        while (count < 0 && errno == EINTR);
        raw_.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0) return refuse(unreadable(path_));
        read_ += static_cast<std::uint64_t>(count);
        return count > 0;
    }

    Result<bool> next_plain(std::string& out) {
        if (zipped_) return next_unpacked(out);
        if (raw_.empty() && !TRY(fill())) return false;
        out.swap(raw_);
        raw_.clear();
        return true;
    }

    Result<bool> next_unpacked(std::string& out) {
        if (raw_.empty() && !TRY(fill())) {
            if (!member_ended_) return refuse(damaged());
            return false;
        }
        if (member_ended_) {  // a further member of the same file
            if (::inflateReset(&zip_) != Z_OK) return refuse(damaged());
            member_ended_ = false;
        }
        out.resize(kChunk);
        zip_.next_in = reinterpret_cast<Bytef*>(raw_.data());
        zip_.avail_in = static_cast<uInt>(raw_.size());
        zip_.next_out = reinterpret_cast<Bytef*>(out.data());
        zip_.avail_out = static_cast<uInt>(out.size());
        const int state = ::inflate(&zip_, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            return refuse(damaged());
        out.resize(out.size() - zip_.avail_out);
        const auto used = raw_.size() - zip_.avail_in;
        raw_.erase(0, used);
        member_ended_ = state == Z_STREAM_END;
        if (used == 0 && out.empty() && !TRY(fill())) return refuse(damaged());
        return true;
    }

    std::string converted(const std::string& more) {
        rest_ += more;
        std::string out(rest_.size() * 2 + 16, '\0');
        char* from = rest_.data();
        std::size_t left = rest_.size();
        char* to = out.data();
        std::size_t room = out.size();
        while (left > 0 && ::iconv(converter_, &from, &left, &to, &room) == std::size_t(-1)) {
            if (errno == E2BIG || (errno == EILSEQ && room == 0)) {
                const auto written = static_cast<std::size_t>(to - out.data());
                out.resize(out.size() * 2);
                to = out.data() + written;
                room = out.size() - written;
            } else if (errno == EILSEQ) {
                *to++ = '\xff';
                --room, ++from, --left;
            } else {
                break;  // EINVAL: a character that the next bytes complete
            }
        }
        out.resize(static_cast<std::size_t>(to - out.data()));
        rest_.erase(0, rest_.size() - left);
        return out;
    }

    Descriptor fd_;
    std::string raw_;     // as read from the file
    std::string rest_;    // unpacked, but not yet a whole character
    std::string window_;  // what text_ looks at
    z_stream zip_{};
    bool zipped_ = false;
    bool member_ended_ = false;
    iconv_t converter_{};
    bool converting_ = false;
};

}  // namespace

Result<std::unique_ptr<Input>> Input::open(std::string_view path, std::string_view encoding) {
    const std::string name(path);
    Descriptor fd(name == "-" ? 0 : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0)
        return refuse(errno == ENOENT
                          ? fault("no-such-file", path, {"没有这个文件", "there is no such file"})
                          : unreadable(path));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return refuse(unreadable(path));
    if (S_ISDIR(status.st_mode))
        return refuse(
            fault("not-a-file", path, {"这是目录，不是文件", "this is a directory, not a file"}));
    const bool regular = S_ISREG(status.st_mode);
    const auto size = regular ? static_cast<std::size_t>(status.st_size) : 0;
    if (regular && name != "-" && encoding == "utf-8") {
        if (size == 0) return std::make_unique<MappedInput>(name, std::string_view());
        void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
        if (bytes == MAP_FAILED) return refuse(unreadable(path));
        const std::string_view text(static_cast<const char*>(bytes), size);
        if (!text.starts_with("\x1f\x8b")) {
            ::madvise(bytes, size, MADV_SEQUENTIAL);
            return std::make_unique<MappedInput>(name, text);
        }
        ::munmap(bytes, size);
    }
    auto streamed = std::make_unique<StreamedInput>(name, std::move(fd), size);
    if (auto begun = streamed->begin(encoding); !begun) return refuse(std::move(begun.error()));
    return streamed;
}

std::span<const std::string_view> encodings() { return kEncodings; }

bool is_encoding(std::string_view name) {
    return std::ranges::find(kEncodings, name) != kEncodings.end();
}

Result<std::string> read_whole(Input& input, std::size_t size_max) {
    std::string whole;
    do {
        if (whole.size() + input.text().size() > size_max)
            return refuse(
                fault("too-big", input.path(),
                      {"文件太大：最多 " + std::to_string(size_max >> 20) + " MiB",
                       "the file is too big: at most " + std::to_string(size_max >> 20) + " MiB"}));
        whole += input.text();
        input.consume(input.text().size());
    } while (TRY(input.more()));
    return whole;
}

}  // namespace yinuo::wire
