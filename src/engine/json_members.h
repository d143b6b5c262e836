// Reading the members of a JSON object that this room wrote itself, each of the kind it must be.
//
//     Members in(json);
//     const auto name = in.text("name");
//     if (auto read = in.finish(); !read) return refuse(read.error());
//
// What is missing, of another kind or unknown makes finish() refuse, with the first that was off;
// until then such a member reads as empty. Private to the room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "time/instant.h"
#include "wire/json.h"

namespace yinuo::engine {

class Members {
public:
    // `what` is what an error calls the whole: "receipt".
    Members(const wire::Json& object, Text what);

    bool has(std::string_view key) const { return object_.find(key) != nullptr; }
    std::string text(std::string_view key);
    std::int64_t number(std::string_view key);
    bool truth(std::string_view key);
    Instant instant(std::string_view key);     // max: it isn't there
    std::string base64(std::string_view key);  // the bytes
    // Of kind Null when it isn't there or of another kind.
    const wire::Json& object(std::string_view key);
    const wire::Json& array(std::string_view key);
    void skip(std::string_view key) { known_.push_back(key); }

    Result<void> finish() const;

private:
    const wire::Json* take(std::string_view key, bool needed);
    void off(std::string_view key, Text why);

    const wire::Json& object_;
    Text what_;
    std::vector<std::string_view> known_;
    Result<void> first_;
};

}  // namespace yinuo::engine
