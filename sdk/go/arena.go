package wasidata

import "unsafe"

// The memory that the host fills, by cabi_realloc: results of imports and
// arguments of exports. It is emptied as a whole by the first allocation after
// it was spent, so that a batch costs no garbage.
var arena struct {
	chunk []uint64
	used  int
	full  [][]uint64 // earlier chunks, with what they hold
	spent bool
	busy  bool // inside cabi_realloc, where the host takes no calls
}

const firstChunk = 16 << 10 // words

func arenaReset() {
	arena.spent = false
	arena.used = 0
	if arena.full == nil {
		return
	}
	// The same load fits into one chunk the next time.
	words := len(arena.chunk)
	for _, chunk := range arena.full {
		words += len(chunk)
	}
	arena.full = nil
	arena.chunk = make([]uint64, words)
}

func arenaGrow(words int) {
	arena.busy = true
	if arena.chunk != nil {
		arena.full = append(arena.full, arena.chunk)
	}
	arena.chunk = make([]uint64, max(words, firstChunk, len(arena.chunk)))
	arena.used = 0
	arena.busy = false
}

//go:wasmexport cabi_realloc
func cabiRealloc(old, oldSize, align, size uint32) uint32 {
	if align > 8 {
		panic("cabi_realloc: an alignment above 8")
	}
	if arena.spent {
		arenaReset()
	}
	words := int(size>>3) + 1
	if words > len(arena.chunk)-arena.used {
		arenaGrow(words)
	}
	at := unsafe.Pointer(&arena.chunk[arena.used])
	arena.used += words
	if oldSize != 0 {
		copy(unsafe.Slice((*byte)(at), size), bytesAt(old, oldSize))
	}
	return uint32(uintptr(at))
}

// What cabi_realloc gives is freed as a whole: the host may take one block for
// all lists of a batch.
//
//go:wasmexport wasi_data_shares_blocks
func sharesBlocks() {}

// Memory that the host names by its address lies in the arena, or is ours: it
// does not move.
func pointer(address uint32) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(nil), address)
}

func bytesAt(address, size uint32) []byte {
	if size == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(address)), size)
}

func wordsAt(address, count uint32) []uint32 {
	if count == 0 {
		return nil
	}
	return unsafe.Slice((*uint32)(pointer(address)), count)
}

// A copy, which stays.
func textAt(address, size uint32) string {
	return string(bytesAt(address, size))
}
