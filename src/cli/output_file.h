// A file that is written whole or not at all.
#pragma once

#include <cstdio>
#include <string>

#include "base/result.h"

namespace yinuo::cli {

// Takes the text beside its place first and moves it there when it is finished, so that a reader
// never sees half of it; unfinished, it leaves nothing behind. Devices, pipes and links are written
// as they are: moving a file over /dev/stdout would replace it.
class OutputFile {
public:
    explicit OutputFile(std::string path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    // nullptr: it could not be opened, and finish() tells why.
    std::FILE* get() const { return file_; }
    // Closes it and moves it to its place. Refuses whatever could not be written.
    Result<void> finish();

private:
    std::string path_;
    std::string written_;  // where the text goes first; path_ itself for a device
    std::FILE* file_;
    int cause_ = 0;  // errno of a failed opening
};

}  // namespace yinuo::cli
