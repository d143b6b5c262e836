// The files of data/profiles, put into the program when it is built (cmake/embed.cmake).
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace yinuo::wire {

// Name without ending, and text.
std::span<const std::pair<std::string_view, std::string_view>> profile_texts();

}  // namespace yinuo::wire
