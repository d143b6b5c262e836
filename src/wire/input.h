// The bytes of a history file, as UTF-8, a window at a time.
//
// A plain file is mapped and is one window; gzip (told by its first bytes), standard input and
// other encodings are streamed, so that a file that unpacks to any size costs only what its reader
// keeps. Bytes that are no text in the declared encoding arrive as 0xFF, which no UTF-8 contains:
// whoever reads a row checks it and can say which row it was.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yinuo::wire {

class Input {
public:
    // `path` "-" is standard input. Codes: no-such-file, not-a-file, unreadable.
    static Result<std::unique_ptr<Input>> open(std::string_view path,
                                               std::string_view encoding = "utf-8");
    virtual ~Input() = default;

    // What is at hand and not yet consumed. Valid until the next more().
    std::string_view text() const { return text_; }
    void consume(std::size_t count) { text_.remove_prefix(count); }

    // Adds to text() what comes next; false at the end. Code bad-gzip when the file is damaged.
    virtual Result<bool> more() = 0;

    std::uint64_t bytes_read() const { return read_ - (mapped_ ? text_.size() : 0); }
    std::uint64_t bytes_in_all() const { return in_all_; }  // 0: not known
    const std::string& path() const { return path_; }

protected:
    std::string_view text_;
    std::uint64_t read_ = 0;
    std::uint64_t in_all_ = 0;
    bool mapped_ = false;
    std::string path_;
};

// The encodings a mapping may name: utf-8, utf-16, gb18030, gbk, gb2312, big5, iso-8859-1,
// windows-1252.
bool is_encoding(std::string_view name);
std::span<const std::string_view> encodings();

// The whole of a file of at most `size_max` bytes (unpacked).
Result<std::string> read_whole(Input& input, std::size_t size_max);

}  // namespace yinuo::wire
