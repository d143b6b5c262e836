#include "wire/history_reader.h"

#include "wire/csv.h"
#include "wire/fact_maker.h"
#include "wire/input.h"
#include "wire/jsonl.h"
#include "wire/ocel.h"
#include "wire/xes.h"

namespace yinuo::wire {
namespace {

// What the file's name says: its ending, behind which ".gz" doesn't count.
std::optional<Format> format_of(std::string_view path) {
    if (path.ends_with(".gz")) path.remove_suffix(3);
    const auto ends = [&](std::initializer_list<std::string_view> endings) {
        for (const auto ending : endings)
            if (path.ends_with(ending)) return true;
        return false;
    };
    if (ends({".csv", ".tsv", ".txt"})) return Format::Csv;
    if (ends({".xes"})) return Format::Xes;
    if (ends({".jsonl", ".ndjson"})) return Format::Jsonl;
    if (ends({".json", ".xml", ".sqlite", ".db", ".jsonocel", ".xmlocel"})) return Format::Ocel;
    return std::nullopt;
}

bool is_tsv(std::string_view path) { return path.ends_with(".tsv") || path.ends_with(".tsv.gz"); }

}  // namespace

Result<ReadCounts> HistoryReader::read(std::string_view path, promise::FactSink& sink,
                                       const ReadOptions& options) {
    const auto format = mapping_.format ? mapping_.format : format_of(path);
    if (!format)
        return refuse({.code = "unknown-format",
                       .what = {"看不出文件格式", "the file's name doesn't tell its format"},
                       .mend = {"在映射里写 format: csv、xes、ocel 或 jsonl",
                                "write format: csv, xes, ocel or jsonl in the mapping"},
                       .place = {.path = std::string(path)}});
    const auto maker = TRY(FactMaker::make(mapping_, names_, zones_, memory_, sink, options));
    const auto input = TRY(Input::open(path, mapping_.encoding));
    maker->begin(path, [&] {
        if (options.on_progress) options.on_progress(input->bytes_read(), input->bytes_in_all());
    });
    Result<void> read;
    switch (*format) {
        case Format::Csv: {
            const CsvShape shape{
                .delimiter = mapping_.delimiter.value_or(is_tsv(path) ? '\t' : ','),
                .quote = mapping_.quote,
                .columns = mapping_.columns};
            read = read_csv(*input, shape, maker->columns(), *maker);
            break;
        }
        case Format::Xes:
            read = read_xes(*input, mapping_.encoding != "utf-8", maker->columns(), *maker);
            break;
        case Format::Ocel:
            read = read_ocel(*input, mapping_.object, maker->columns(), *maker);
            break;
        case Format::Jsonl: read = read_jsonl(*input, maker->columns(), *maker); break;
    }
    if (!read) return refuse(std::move(read.error()));
    return maker->counts();
}

}  // namespace yinuo::wire
