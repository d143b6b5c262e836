#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"

namespace yinuo::http {
namespace {

constexpr int kGzip = 15 + 16;  // zlib's way to say: the largest window, in a gzip frame
constexpr std::size_t kPiece = 16 * 1024;

// zlib takes its input as non-const but never writes to it.
Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

struct Packer::State {
    z_stream stream{};
};

Packer::Packer(int level) : state_(std::make_unique<State>()) {
    check(deflateInit2(&state_->stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
}

Packer::~Packer() { deflateEnd(&state_->stream); }

std::string Packer::pack(std::string_view plain) {
    auto& stream = state_->stream;
    check(deflateReset(&stream) == Z_OK);
    std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
    stream.next_in = bytes_of(plain);
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = bytes_of(packed);
    stream.avail_out = static_cast<uInt>(packed.size());
    check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(packed.size() - stream.avail_out);
    return packed;
}

Unpacked unpack(std::string_view packed, std::size_t size_max, std::string& plain) {
    z_stream stream{};
    check(inflateInit2(&stream, kGzip) == Z_OK);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
    stream.next_in = bytes_of(packed);
    stream.avail_in = static_cast<uInt>(packed.size());
    plain.clear();
    while (true) {
        const auto before = plain.size();
        // One byte past the limit shows that there is more.
        plain.resize(before + std::min(kPiece, size_max + 1 - before));
        stream.next_out = bytes_of(std::string_view(plain).substr(before));
        stream.avail_out = static_cast<uInt>(plain.size() - before);
        const int said = inflate(&stream, Z_NO_FLUSH);
        plain.resize(plain.size() - stream.avail_out);
        if (plain.size() > size_max) return Unpacked::TooLarge;
        if (said == Z_STREAM_END) {
            if (stream.avail_in == 0) return Unpacked::Whole;
            if (inflateReset(&stream) != Z_OK) return Unpacked::Broken;
        } else if (said != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
            return Unpacked::Broken;
        }
    }
}

}  // namespace yinuo::http
