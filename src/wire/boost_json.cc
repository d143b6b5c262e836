// The one file in which Boost.JSON's definitions are compiled (the library is used header-only).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/json/src.hpp>
#pragma GCC diagnostic pop
