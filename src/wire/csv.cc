#include "wire/csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/arena.h"
#include "wire/utf8.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kColumnsMax = 10'000;
constexpr std::size_t kUnused = std::size_t(-1);

// The first delimiter or line feed in [at, end), or `end`.
const char* find_cell_end(const char* at, const char* end, char delimiter) {
#ifdef __SSE2__
    const __m128i delimiters = _mm_set1_epi8(delimiter);
    const __m128i feeds = _mm_set1_epi8('\n');
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const int mask = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, feeds)));
        if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    }
#endif
    while (at != end && *at != delimiter && *at != '\n') ++at;
    return at;
}

class CsvReader {
public:
    CsvReader(Input& input, const CsvShape& shape, Columns wanted, RowSink& sink)
        : input_(input), shape_(shape), wanted_(wanted), sink_(sink), cells_(wanted.size()) {}

    Result<std::vector<std::string>> header() {
        if (auto columns = begin(); !columns) return refuse(std::move(columns.error()));
        return names_;
    }

    Result<void> read() {
        if (auto columns = begin(); !columns) return columns;
        while (true) {
            const auto step = next_row();
            if (step == Step::Partial) {
                if (TRY(input_.more())) continue;
                last_ = true;
            } else if (step == Step::Stop) {
                return {};
            }
        }
    }

private:
    enum class Step { Row, Partial, Stop };

    struct Fault {
        const char* at;
        Text reason;
    };

    Result<void> begin() {
        if (!TRY(fill(1 << 12)) && input_.text().empty()) return refuse(empty_file());
        if (input_.text().starts_with("\xEF\xBB\xBF")) input_.consume(3);
        return take_columns();
    }

    Error empty_file() const {
        return {.code = "empty-file",
                .what = {"文件是空的", "the file is empty"},
                .mend = {},
                .place = {.path = input_.path()}};
    }

    Result<bool> fill(std::size_t least) {
        while (input_.text().size() < least)
            if (!TRY(input_.more())) return false;
        return true;
    }

    // Binds the wanted columns to their place in a row.
    Result<void> take_columns() {
        std::vector<std::string> header(shape_.columns.begin(), shape_.columns.end());
        if (header.empty()) {
            taking_header_ = &header;
            Step step;
            while ((step = next_row()) == Step::Partial) {
                if (TRY(input_.more())) continue;
                if (last_) return refuse(empty_file());
                last_ = true;
            }
            taking_header_ = nullptr;
            if (header_fault_)
                return refuse({.code = "bad-header",
                               .what = *header_fault_,
                               .mend = {},
                               .place = {.path = input_.path(), .line = 1, .column = 0}});
            if (header.empty()) return refuse(empty_file());
        }
        width_ = header.size();
        slots_.assign(width_, kUnused);
        const std::vector<std::string_view> names(header.begin(), header.end());
        for (std::size_t slot = 0; slot < wanted_.size(); ++slot) {
            const auto count = std::ranges::count(names, std::string_view(wanted_[slot]));
            if (count == 0) return refuse(no_such_column(wanted_[slot], names, input_.path()));
            if (count > 1)
                return refuse({.code = "column-twice",
                               .what = {"有两列都叫“" + wanted_[slot] + "”",
                                        "two columns are called \"" + wanted_[slot] + "\""},
                               .mend = {"在映射里用 columns 给各列起名，并去掉文件的表头",
                                        "name the columns with `columns` in the mapping and take "
                                        "the header out of the file"},
                               .place = {.path = input_.path(), .line = 1, .column = 0}});
            slots_[static_cast<std::size_t>(
                std::ranges::find(names, std::string_view(wanted_[slot])) - names.begin())] = slot;
        }
        names_ = std::move(header);
        return {};
    }

    void put(std::size_t column, std::string_view text) {
        if (taking_header_ != nullptr) {
            taking_header_->emplace_back(text);
        } else if (column < width_ && slots_[column] != kUnused) {
            cells_[slots_[column]] = text;
        }
    }

    // Reads one row and hands it on. Partial: it may go on behind what is at hand.
    Step next_row() {
        if (taking_header_ != nullptr) taking_header_->clear();
        const std::string_view text = input_.text();
        if (text.empty()) return last_ ? Step::Stop : Step::Partial;
        const char* const begin = text.data();
        const char* const limit = begin + std::min(text.size(), kRowBytesMax);
        const char* end_of_text = limit;
        const char* at = begin;
        std::size_t column = 0;
        std::uint64_t feeds = 0;
        std::optional<Fault> fault;
        while (true) {
            if (column == kColumnsMax) {
                fault = {at, {"一行超过 10,000 格", "a row has more than 10,000 cells"}};
                break;
            }
            if (shape_.quote && at != end_of_text && *at == *shape_.quote) {
                const char* const opened = at;
                const char* closed = quoted(at + 1, end_of_text, column, feeds);
                if (closed == nullptr) {
                    if (!last_ && text.size() < kRowBytesMax) return Step::Partial;
                    at = opened;
                    fault = {opened, {"引号没有收尾", "a quote never closes"}};
                    break;
                }
                at = closed;
                if (at != end_of_text && *at == '\r') ++at;
                if (at != end_of_text && *at != shape_.delimiter && *at != '\n') {
                    fault = {at, {"右引号后面还有文字", "there is text behind a closing quote"}};
                    break;
                }
            } else {
                const char* const cell = at;
                at = find_cell_end(at, end_of_text, shape_.delimiter);
                const char* cell_end = at;
                if (cell_end != cell && cell_end[-1] == '\r' && (at == end_of_text || *at == '\n'))
                    --cell_end;
                put(column, {cell, static_cast<std::size_t>(cell_end - cell)});
            }
            if (at == end_of_text) {
                if (text.size() >= kRowBytesMax)
                    fault = {begin, {"一行超过 1 MiB", "a row is longer than 1 MiB"}};
                else if (!last_)
                    return Step::Partial;
                ++column;
                break;
            }
            ++column;
            if (*at++ == '\n') break;
        }
        return finish({begin, at}, column, feeds, fault);
    }

    Step finish(std::pair<const char*, const char*> row, std::size_t width, std::uint64_t feeds,
                std::optional<Fault>& fault) {
        const std::string_view text(row.first, static_cast<std::size_t>(row.second - row.first));
        const auto line = line_;
        bool go_on = true;
        if (fault) {
            if (taking_header_ != nullptr)
                header_fault_ = fault->reason;
            else
                go_on =
                    sink_.reject(line, column_of(text.data(), fault->at), std::move(fault->reason));
            skip_line(text.size(), feeds);
        } else {
            input_.consume(text.size());
            line_ += feeds + 1;
            if (text.find_first_not_of("\r\n") == std::string_view::npos) {
                if (taking_header_ != nullptr) return next_row();
                return Step::Row;
            }
            if (const auto bad = find_bad_utf8(text); bad != std::string_view::npos) {
                const Text reason{"有不是文字的字节（编码不对）",
                                  "there are bytes that are no text (wrong encoding)"};
                if (taking_header_ != nullptr)
                    header_fault_ = reason;
                else
                    go_on = sink_.reject(line, column_of(text.data(), text.data() + bad), reason);
            } else if (taking_header_ == nullptr && width != width_) {
                const auto has = std::to_string(width);
                const auto ought = std::to_string(width_);
                go_on = sink_.reject(line, 0,
                                     {"这一行有 " + has + " 格，应有 " + ought + " 格",
                                      "this row has " + has + " cells, not " + ought});
            } else if (taking_header_ == nullptr) {
                go_on = sink_.take({line, cells_});
            }
        }
        unescaped_.reset();
        return go_on ? Step::Row : Step::Stop;
    }

    // Where a quoted cell ends (behind its closing quote), or nullptr if it doesn't.
    const char* quoted(const char* at, const char* end, std::size_t column, std::uint64_t& feeds) {
        const char quote = *shape_.quote;
        const char* const begin = at;
        std::size_t doubled = 0;
        while (true) {
            at = static_cast<const char*>(
                std::memchr(at, quote, static_cast<std::size_t>(end - at)));
            if (at == nullptr) return nullptr;
            if (at + 1 == end && !last_) return nullptr;  // perhaps one half of a doubled quote
            if (at + 1 == end || at[1] != quote) break;
            ++doubled;
            at += 2;
        }
        const std::string_view inside(begin, static_cast<std::size_t>(at - begin));
        feeds += static_cast<std::uint64_t>(std::ranges::count(inside, '\n'));
        put(column, doubled == 0 ? inside : without_doubles(inside, doubled));
        return at + 1;
    }

    std::string_view without_doubles(std::string_view text, std::size_t doubled) {
        auto out = unescaped_.array<char>(text.size() - doubled);
        std::size_t length = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            out[length++] = text[i];
            if (text[i] == *shape_.quote) ++i;
        }
        return {out.data(), length};
    }

    // Goes on at the line after the fault.
    void skip_line(std::size_t read, std::uint64_t feeds) {
        line_ += feeds;
        input_.consume(read);
        while (true) {
            const auto text = input_.text();
            const auto feed = text.find('\n');
            if (feed != std::string_view::npos) {
                input_.consume(feed + 1);
                ++line_;
                return;
            }
            input_.consume(text.size());
            const auto more = input_.more();
            if (!more || !*more) return;  // a damaged file shows at the next more()
        }
    }

    std::uint32_t column_of(const char* row, const char* at) const {
        std::string_view before(row, static_cast<std::size_t>(at - row));
        if (const auto feed = before.rfind('\n'); feed != std::string_view::npos)
            before.remove_prefix(feed + 1);
        return static_cast<std::uint32_t>(1 + count_characters(before));
    }

    Input& input_;
    const CsvShape& shape_;
    Columns wanted_;
    RowSink& sink_;
    std::vector<std::string_view> cells_;
    std::vector<std::string> names_;  // of the columns
    std::vector<std::size_t> slots_;  // by column: which cell it fills
    std::size_t width_ = 0;
    std::uint64_t line_ = 1;
    bool last_ = false;  // nothing comes behind what is at hand
    std::vector<std::string>* taking_header_ = nullptr;
    std::optional<Text> header_fault_;
    Arena unescaped_;
};

}  // namespace

namespace {

class NoRows final : public RowSink {
public:
    bool take(const Row&) override { return false; }
    bool reject(std::uint64_t, std::uint32_t, Text) override { return false; }
    void note(Finding) override {}
};

}  // namespace

Result<std::vector<std::string>> csv_header(Input& input, const CsvShape& shape) {
    NoRows nobody;
    return CsvReader(input, shape, {}, nobody).header();
}

Result<void> read_csv(Input& input, const CsvShape& shape, Columns wanted, RowSink& sink) {
    return CsvReader(input, shape, wanted, sink).read();
}

}  // namespace yinuo::wire
