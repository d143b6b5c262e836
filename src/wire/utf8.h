// Reading UTF-8: base's, under the names that this room has always used.
#pragma once

#include "base/utf8.h"

namespace yinuo::wire {

using yinuo::count_characters;
using yinuo::find_bad_utf8;
using yinuo::utf8_length;

}  // namespace yinuo::wire
