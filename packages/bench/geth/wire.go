package main

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/ethereum/go-ethereum/p2p"
)

// The header that opens each measurement on a link; src/wire.ts has the same numbers.
const (
	headerSize = 16
	modeCount  = 1
	modeEcho   = 2
)

type header struct {
	mode, size, count uint32
}

func (h header) encode() []byte {
	data := make([]byte, headerSize)
	binary.LittleEndian.PutUint32(data, h.mode)
	binary.LittleEndian.PutUint32(data[4:], h.size)
	binary.LittleEndian.PutUint32(data[8:], h.count)
	return data
}

func decodeHeader(data []byte) header {
	return header{
		mode:  binary.LittleEndian.Uint32(data),
		size:  binary.LittleEndian.Uint32(data[4:]),
		count: binary.LittleEndian.Uint32(data[8:]),
	}
}

func write(rw p2p.MsgWriter, data []byte) error {
	return rw.WriteMsg(p2p.Msg{Size: uint32(len(data)), Payload: bytes.NewReader(data)})
}

func read(rw p2p.MsgReader) ([]byte, error) {
	msg, err := rw.ReadMsg()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(msg.Payload)
}

// respond is the listening side: it counts messages and answers, measurement after measurement.
func respond(rw p2p.MsgReadWriter) error {
	for {
		data, err := read(rw)
		if err != nil {
			return err
		}
		h := decodeHeader(data)
		answer := make([]byte, headerSize)
		if h.mode == modeEcho {
			answer = make([]byte, h.size)
		}
		for i := uint32(0); i < h.count; i++ {
			if _, err := read(rw); err != nil {
				return err
			}
			if h.mode == modeEcho || i+1 == h.count {
				if err := write(rw, answer); err != nil {
					return err
				}
			}
		}
	}
}
