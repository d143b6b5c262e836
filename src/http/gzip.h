// Packing answers and unpacking requests (RFC 1952).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace yinuo::http {

// Keeps zlib's quarter of a megabyte between uses. Not for several threads at once.
class Packer {
public:
    explicit Packer(int level);  // 1 to 9
    ~Packer();
    std::string pack(std::string_view plain);

private:
    struct State;
    std::unique_ptr<State> state_;
};

enum class Unpacked { Whole, Broken, TooLarge };

// All members of `packed`, one after another, into `plain`. Stops as soon as more than `size_max`
// bytes come out, whatever the packed text claims.
Unpacked unpack(std::string_view packed, std::size_t size_max, std::string& plain);

}  // namespace yinuo::http
