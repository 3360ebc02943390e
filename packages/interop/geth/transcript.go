package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/rlpx"
)

// frameRecord is one message and the bytes that carried it.
type frameRecord struct {
	Code    uint64 `json:"code"`
	Payload string `json:"payload"`
	Snappy  bool   `json:"snappy"`
	Bytes   string `json:"bytes"`
}

// transcript is what rlpx.Conn wrote, with all that a reader needs to follow it.
type transcript struct {
	Source      string           `json:"source"`
	Notes       []string         `json:"notes"`
	AES         string           `json:"aes"`
	MAC         string           `json:"mac"`
	EgressSeed  string           `json:"egressSeed"`
	IngressSeed string           `json:"ingressSeed"`
	Frames      []frameRecord    `json:"frames"`
	Replies     []frameRecord    `json:"replies"`
	Connection  connectionRecord `json:"connection"`
}

var transcriptNotes = []string{
	"Written by go-ethereum's rlpx.Conn; all byte strings are hex.",
	"aes and mac are the two 32-byte secrets. Each MAC state is a keccak-256 hash that has absorbed its seed.",
	"frames went out of the side whose egress state is egressSeed, one after another on one connection; " +
		"payload is what the caller gave, bytes what went on the wire. Where snappy is true, the payload was " +
		"compressed (Go's encoder: another encoder may write other bytes that mean the same).",
	"replies came back on the same connection: their MAC state is ingressSeed, and the cipher is the same " +
		"AES-256-CTR key and zero IV with a stream of its own.",
	"connection is a whole one: fixed node keys, the ephemeral keys and nonces that were drawn, auth, ack, " +
		"then frames from the initiator and replies from the recipient. Its secrets follow from these.",
}

var (
	frameSizes = []int{0, 1, 15, 16, 17, 1000}
	frameCodes = []uint64{0, 1, 2, 3, 0x10, 0x7f, 0x80, 0xff, 0x100}
)

// writeTranscript records frames with given secrets and a whole connection, and prints both as JSON.
func writeTranscript(out io.Writer) error {
	aes, mac := pattern("aes", 32), pattern("mac", 32)
	egress, ingress := pattern("egress", 64), pattern("ingress", 64)
	a, b, wire := recordedPipe()
	connA, connB := rlpx.NewConn(a, nil), rlpx.NewConn(b, nil)
	connA.InitWithSecrets(secretsOf(aes, mac, egress, ingress))
	connB.InitWithSecrets(secretsOf(aes, mac, ingress, egress))

	t := transcript{
		Source:      gethModule + " " + gethVersion(),
		Notes:       transcriptNotes,
		AES:         hex.EncodeToString(aes),
		MAC:         hex.EncodeToString(mac),
		EgressSeed:  hex.EncodeToString(egress),
		IngressSeed: hex.EncodeToString(ingress),
	}
	var err error
	if t.Frames, err = recordFrames(connA, connB, wire); err != nil {
		return err
	}
	if t.Replies, err = recordFrames(connB, connA, wire); err != nil {
		return err
	}
	if t.Connection, err = recordConnection(); err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", " ")
	return encoder.Encode(t)
}

func secretsOf(aes, mac, egressSeed, ingressSeed []byte) rlpx.Secrets {
	egress, ingress := crypto.NewKeccakState(), crypto.NewKeccakState()
	egress.Write(egressSeed)
	ingress.Write(ingressSeed)
	return rlpx.Secrets{AES: aes, MAC: mac, EgressMAC: egress, IngressMAC: ingress}
}

// recordFrames sends every size and code, plain and then with snappy, and checks that `to` reads them.
func recordFrames(from, to *rlpx.Conn, wire *bytes.Buffer) ([]frameRecord, error) {
	var records []frameRecord
	for _, snappy := range []bool{false, true} {
		from.SetSnappy(snappy)
		to.SetSnappy(snappy)
		for _, size := range frameSizes {
			// Half of it repeats, so that snappy has both literals and copies to write.
			payload := append(pattern("payload", size-size/2), make([]byte, size/2)...)
			record, err := recordFrame(from, to, wire, 0x10, payload, snappy)
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
		for _, code := range frameCodes {
			record, err := recordFrame(from, to, wire, code, []byte{0xc2, 0x01, 0x80}, snappy)
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
	}
	return records, nil
}

func recordFrame(
	from, to *rlpx.Conn, wire *bytes.Buffer, code uint64, payload []byte, snappy bool,
) (frameRecord, error) {
	wire.Reset()
	sent := make(chan error, 1)
	go func() {
		_, err := from.Write(code, payload)
		sent <- err
	}()
	gotCode, got, _, err := to.Read()
	if err != nil {
		return frameRecord{}, err
	}
	if err := <-sent; err != nil {
		return frameRecord{}, err
	}
	if gotCode != code || !bytes.Equal(got, payload) {
		panic("rlpx.Conn read something else than was written")
	}
	return frameRecord{
		Code:    code,
		Payload: hex.EncodeToString(payload),
		Snappy:  snappy,
		Bytes:   hex.EncodeToString(wire.Bytes()),
	}, nil
}

// recordedPipe is a pair of connected ends, and a buffer that sees each write to either.
func recordedPipe() (a, b net.Conn, wire *bytes.Buffer) {
	pa, pb := net.Pipe()
	wire = new(bytes.Buffer)
	return &recordedConn{pa, wire}, &recordedConn{pb, wire}, wire
}

type recordedConn struct {
	net.Conn
	wire *bytes.Buffer
}

func (c *recordedConn) Write(data []byte) (int, error) {
	c.wire.Write(data)
	return c.Conn.Write(data)
}

// pattern gives n bytes that look random and are the same on every run.
func pattern(label string, n int) []byte {
	out := make([]byte, 0, n+32)
	for block := []byte(label); len(out) < n; {
		block = crypto.Keccak256(block)
		out = append(out, block...)
	}
	return out[:n]
}
