package main

import (
	"encoding/binary"
	"fmt"
)

const phrase = "All happy frames are alike; each unhappy frame is unhappy in its own way. "

// makePayload makes the bytes that src/payload.ts makes of the same arguments.
func makePayload(kind string, size int, seed uint32) ([]byte, error) {
	data := make([]byte, size)
	switch kind {
	case "zero":
	case "text":
		for at := 0; at < size; at += len(phrase) {
			copy(data[at:], phrase)
		}
	case "random":
		// xorshift32: even bits, nothing for snappy to find, the same in any language.
		state := seed | 1
		var word [4]byte
		for at := 0; at < size; at += 4 {
			state ^= state << 13
			state ^= state >> 17
			state ^= state << 5
			binary.LittleEndian.PutUint32(word[:], state)
			copy(data[at:], word[:])
		}
	default:
		return nil, fmt.Errorf("unknown payload kind %q", kind)
	}
	return data, nil
}
