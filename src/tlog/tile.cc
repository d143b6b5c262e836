#include "tlog/tile.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "tlog/number.h"

namespace yinuo::tlog {
namespace {

constexpr std::uint64_t kLevelMax = 63;
constexpr std::size_t kPathBytesMax = 64;

Error bad_path(std::string_view zh, std::string_view en) {
    return {
        .code = "bad-tile-path",
        .what = {"瓦片路径有误：" + std::string(zh), "not the path of a tile: " + std::string(en)},
        .mend = {"应形如 tile/0/x001/x234/067 或 tile/entries/000.p/17",
                 "like tile/0/x001/x234/067 or tile/entries/000.p/17"}};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "x001/x234/067": groups of three digits, all but the last behind an x, none needless.
Result<std::uint64_t> parse_index(std::string_view text) {
    const auto wrong = [] {
        return refuse(bad_path("序号应按三位一组书写，除末组外都以 x 开头",
                               "the index is groups of three digits, all but the last after an x"));
    };
    std::string digits;
    bool more = true;
    for (std::string_view rest = text; more;) {
        const auto slash = rest.find('/');
        auto group = rest.substr(0, slash);
        more = slash != std::string_view::npos;
        if (more) {
            if (!group.starts_with('x')) return wrong();
            group.remove_prefix(1);
            rest.remove_prefix(slash + 1);
        }
        if (group.size() != 3 || !std::ranges::all_of(group, is_digit)) return wrong();
        if (more && digits.empty() && group == "000")
            return refuse(bad_path("序号前有多余的零组", "the index begins with needless zeroes"));
        digits += group;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    const auto index = parse_number(digits);
    if (!index) return refuse(bad_path("序号太大", "the index is too large"));
    return *index;
}

std::string three_digits(std::uint64_t group) {
    const auto digits = std::to_string(group);
    return std::string(3 - digits.size(), '0') + digits;
}

Error short_tile(const Tile& tile, std::size_t bytes, std::size_t wanted) {
    return {
        .code = "short-tile",
        .what = {"瓦片 " + tile_path(tile) + " 只有 " + std::to_string(bytes) + " 字节",
                 "the tile " + tile_path(tile) + " has only " + std::to_string(bytes) + " bytes"},
        .mend = {"应有 " + std::to_string(wanted) + " 字节",
                 "it should have " + std::to_string(wanted)}};
}

}  // namespace

std::string tile_path(const Tile& tile) {
    std::string path = three_digits(tile.index % 1000);
    for (auto rest = tile.index / 1000; rest != 0; rest /= 1000)
        path = "x" + three_digits(rest % 1000) + "/" + path;
    path = (tile.kind == TileKind::Entries ? "tile/entries/"
                                           : "tile/" + std::to_string(tile.level) + "/") +
           path;
    if (!tile.is_full()) path += ".p/" + std::to_string(tile.width);
    return path;
}

Result<Tile> parse_tile_path(std::string_view path) {
    constexpr std::string_view kStart = "tile/";
    if (path.size() > kPathBytesMax) return refuse(bad_path("路径太长", "too long"));
    if (!path.starts_with(kStart))
        return refuse(bad_path("应以 tile/ 开头", "it doesn't begin with tile/"));
    path.remove_prefix(kStart.size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos)
        return refuse(bad_path("缺少序号", "the index is missing"));

    Tile tile;
    if (const auto level = path.substr(0, slash); level == "entries") {
        tile.kind = TileKind::Entries;
    } else {
        const auto number = parse_number(level);
        if (!number || *number > kLevelMax)
            return refuse(bad_path("层级应为 entries 或 0 至 63",
                                   "the level is neither entries nor a number from 0 to 63"));
        tile.level = static_cast<std::uint8_t>(*number);
    }
    path.remove_prefix(slash + 1);

    if (const auto partial = path.find(".p/"); partial != std::string_view::npos) {
        const auto width = parse_number(path.substr(partial + 3));
        if (!width || *width == 0 || *width >= kTileWidth)
            return refuse(bad_path("部分瓦片的宽度应为 1 至 255",
                                   "the width of a partial tile is a number from 1 to 255"));
        tile.width = static_cast<std::uint32_t>(*width);
        path = path.substr(0, partial);
    }
    tile.index = TRY(parse_index(path));
    return tile;
}

std::uint32_t tile_width(std::uint64_t size, unsigned level, std::uint64_t index) {
    if (kTileHeight * level >= 64) return 0;
    const std::uint64_t hashes = size >> (kTileHeight * level);
    if (index > hashes / kTileWidth) return 0;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(hashes - index * kTileWidth, kTileWidth));
}

Result<std::string> read_tile(TileReader& reader, const Tile& tile) {
    auto bytes = TRY(reader.read(tile));
    const auto wanted =
        tile.width * (tile.kind == TileKind::Hashes ? kHashBytes : kBundledEntryBytes);
    if (bytes.size() < wanted) return refuse(short_tile(tile, bytes.size(), wanted));
    bytes.resize(wanted);
    return bytes;
}

Hash hash_at(std::string_view tile_bytes, std::size_t position) {
    check((position + 1) * kHashBytes <= tile_bytes.size());
    return Hash::of(tile_bytes.substr(position * kHashBytes, kHashBytes));
}

Hash perfect_root(std::string_view tile_bytes, std::size_t first, std::size_t count) {
    check(std::has_single_bit(count) && count <= kTileWidth);
    if (count == 1) return hash_at(tile_bytes, first);
    return hash_children(perfect_root(tile_bytes, first, count / 2),
                         perfect_root(tile_bytes, first + count / 2, count / 2));
}

}  // namespace yinuo::tlog
