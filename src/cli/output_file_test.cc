#include "cli/output_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace yinuo::cli;
namespace fs = std::filesystem;

namespace {

class OutputFileCase {
public:
    OutputFileCase() {
        std::string made = (fs::temp_directory_path() / "yinuo-XXXXXX").string();
        REQUIRE(::mkdtemp(made.data()) != nullptr);
        folder_ = made;
    }
    ~OutputFileCase() { fs::remove_all(folder_); }
    std::string path(std::string_view name) const { return (folder_ / name).string(); }

private:
    fs::path folder_;
};

std::string text_of(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const char* text) {
    OutputFile file(path);
    REQUIRE(file.get() != nullptr);
    std::fputs(text, file.get());
    CHECK(file.finish());
}

}  // namespace

TEST_CASE_FIXTURE(OutputFileCase, "a file is replaced whole; unfinished, it stays as it was") {
    write(path("a"), "first");
    {
        OutputFile file(path("a"));
        std::fputs("half", file.get());
    }
    CHECK(text_of(path("a")) == "first");
    CHECK_FALSE(fs::exists(path("a.part")));
    write(path("a"), "second");
    CHECK(text_of(path("a")) == "second");
}

TEST_CASE_FIXTURE(OutputFileCase, "what is no plain file is written to, never replaced") {
    write(path("a"), "first");
    fs::create_symlink(path("a"), path("link"));
    write(path("link"), "second");
    CHECK(fs::is_symlink(path("link")));
    CHECK(text_of(path("a")) == "second");
    fs::create_symlink("/dev/null", path("null"));
    write(path("null"), "gone");
    CHECK(fs::is_symlink(path("null")));
}

TEST_CASE_FIXTURE(OutputFileCase, "what could not be written is told with its cause") {
    OutputFile nowhere(path("no/such"));
    CHECK(nowhere.get() == nullptr);
    CHECK(nowhere.finish().error().what.en ==
          "can't write " + path("no/such") + ": No such file or directory");
    fs::create_symlink("/dev/full", path("full"));
    OutputFile full(path("full"));
    REQUIRE(full.get() != nullptr);
    const std::string text(1 << 20, 'x');  // more than a buffer, so that the writing itself fails
    std::fwrite(text.data(), 1, text.size(), full.get());
    CHECK(full.finish().error().what.en ==
          "can't write " + path("full") + ": No space left on device");
}
