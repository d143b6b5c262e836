// DMN models as XML (DMN 1.1 to 1.5: elements are told by their local names, so that every version
// of the namespace is understood).
//
// Reading keeps what has meaning for evaluation; diagrams and vendors' extensions are dropped.
// Writing gives a DMN 1.5 document that reads back as the same Definitions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "feel/definitions.h"

namespace yinuo::wire {

// Refuses what is no XML (with line and column), what is no DMN, more than 32 MiB, and boxed
// expressions nested deeper than 100. `path` is what the user calls the file.
Result<feel::Definitions> read_dmn(std::string_view text, std::string_view path = {});

std::string write_dmn(const feel::Definitions&);

}  // namespace yinuo::wire
