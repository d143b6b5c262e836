// Any bytes as a signed note, a checkpoint, a proof file, a witness's request and a tile's path:
// refused, or read and written back as the same bytes. The first byte says as which.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "tlog/proof_file.h"
#include "tlog/witness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo::tlog;
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 6) {
        case 0:
            if (const auto note = parse_note(text)) check(to_text(*note) == text);
            break;
        case 1:
            if (const auto checkpoint = parse_checkpoint(text)) check(to_text(*checkpoint) == text);
            break;
        case 2:
            if (const auto file = parse_proof_file(text)) {
                check(to_text(*file) == text);
                const auto note = parse_note(file->checkpoint);
                const auto checkpoint = parse_checkpoint(note ? note->text : "");
                if (checkpoint)
                    (void)verify_inclusion({}, file->index, checkpoint->size, file->proof,
                                           checkpoint->root);
            }
            break;
        case 3:
            if (const auto request = parse_add_checkpoint(text)) {
                check(add_checkpoint_body(request->old_size, request->proof, request->note) ==
                      text);
                (void)verify_consistency(request->old_size, {}, request->checkpoint.size, {},
                                         request->proof);
            }
            break;
        case 4:
            if (const auto tile = parse_tile_path(text)) check(tile_path(*tile) == text);
            break;
        default:
            if (const auto key = VerifierKey::parse(text)) check(key->to_text() == text);
            break;
    }
    return 0;
}
