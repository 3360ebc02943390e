package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/crypto/ecies"
	"github.com/ethereum/go-ethereum/p2p/rlpx"
	"github.com/ethereum/go-ethereum/rlp"
)

// connectionRecord is a whole connection: the handshake and what followed.
type connectionRecord struct {
	InitiatorKey          string        `json:"initiatorKey"`
	RecipientKey          string        `json:"recipientKey"`
	InitiatorEphemeralKey string        `json:"initiatorEphemeralKey"`
	RecipientEphemeralKey string        `json:"recipientEphemeralKey"`
	InitiatorNonce        string        `json:"initiatorNonce"`
	RecipientNonce        string        `json:"recipientNonce"`
	Auth                  string        `json:"auth"`
	Ack                   string        `json:"ack"`
	Frames                []frameRecord `json:"frames"`
	Replies               []frameRecord `json:"replies"`
}

// randomLog remembers what was drawn from it: the handshake keeps its ephemeral keys to itself.
type randomLog struct {
	mu     sync.Mutex
	chunks [][]byte
}

func (l *randomLog) Read(out []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	label := append([]byte("random"), byte(len(l.chunks)>>8), byte(len(l.chunks)))
	copy(out, pattern(string(label), len(out)))
	l.chunks = append(l.chunks, bytes.Clone(out))
	return len(out), nil
}

// keyOf finds the private key of a public key that was made from a chunk of the log.
func (l *randomLog) keyOf(public []byte) (string, error) {
	order := crypto.S256().Params().N
	for _, chunk := range l.chunks {
		k := new(big.Int).SetBytes(chunk)
		reduced := new(big.Int).Mod(k, new(big.Int).Sub(order, big.NewInt(1)))
		for _, candidate := range []*big.Int{k, reduced.Add(reduced, big.NewInt(1))} {
			key, err := crypto.ToECDSA(candidate.FillBytes(make([]byte, max(32, len(chunk))))[max(0, len(chunk)-32):])
			if err == nil && bytes.Equal(crypto.FromECDSAPub(&key.PublicKey)[1:], public) {
				return hex.EncodeToString(crypto.FromECDSA(key)), nil
			}
		}
	}
	return "", errors.New("the ephemeral key isn't in the log of random bytes")
}

// recordConnection runs a handshake between two rlpx.Conn and some frames each way.
func recordConnection() (connectionRecord, error) {
	initiator, _ := crypto.ToECDSA(pattern("initiator", 32))
	recipient, _ := crypto.ToECDSA(pattern("recipient", 32))
	log := new(randomLog)
	systemRandom := rand.Reader
	rand.Reader = log
	defer func() { rand.Reader = systemRandom }()

	a, b, wire := recordedPipe()
	connA, connB := rlpx.NewConn(a, &recipient.PublicKey), rlpx.NewConn(b, nil)
	accepted := make(chan error, 1)
	go func() {
		_, err := connB.Handshake(recipient)
		accepted <- err
	}()
	if _, err := connA.Handshake(initiator); err != nil {
		return connectionRecord{}, err
	}
	if err := <-accepted; err != nil {
		return connectionRecord{}, err
	}
	record := connectionRecord{
		InitiatorKey: hex.EncodeToString(crypto.FromECDSA(initiator)),
		RecipientKey: hex.EncodeToString(crypto.FromECDSA(recipient)),
	}
	if err := record.readHandshake(bytes.Clone(wire.Bytes()), initiator, recipient, log); err != nil {
		return record, err
	}
	return record, record.addFrames(connA, connB, wire)
}

// readHandshake takes auth and ack apart with both node keys.
func (r *connectionRecord) readHandshake(
	wire []byte, initiator, recipient *ecdsa.PrivateKey, log *randomLog,
) error {
	authSize := 2 + int(binary.BigEndian.Uint16(wire))
	auth, ack := wire[:authSize], wire[authSize:]
	r.Auth, r.Ack = hex.EncodeToString(auth), hex.EncodeToString(ack)

	authBody, err := openPacket(auth, recipient)
	if err != nil {
		return err
	}
	ackBody, err := openPacket(ack, initiator)
	if err != nil {
		return err
	}
	r.InitiatorNonce = hex.EncodeToString(authBody[2])
	r.RecipientNonce = hex.EncodeToString(ackBody[1])
	if r.RecipientEphemeralKey, err = log.keyOf(ackBody[0]); err != nil {
		return err
	}
	// The initiator's ephemeral key signed the static secret xor its nonce.
	token, err := ecies.ImportECDSA(recipient).GenerateShared(
		ecies.ImportECDSAPublic(&initiator.PublicKey), 16, 16)
	if err != nil {
		return err
	}
	for i := range token {
		token[i] ^= authBody[2][i]
	}
	public, err := crypto.Ecrecover(token, authBody[0])
	if err != nil {
		return err
	}
	r.InitiatorEphemeralKey, err = log.keyOf(public[1:])
	return err
}

// openPacket decrypts auth or ack and gives its leading byte strings.
func openPacket(packet []byte, key *ecdsa.PrivateKey) ([][]byte, error) {
	plain, err := ecies.ImportECDSA(key).Decrypt(packet[2:], nil, packet[:2])
	if err != nil {
		return nil, err
	}
	stream := rlp.NewStream(bytes.NewReader(plain), 0)
	if _, err := stream.List(); err != nil {
		return nil, err
	}
	var items [][]byte
	for {
		item, err := stream.Bytes()
		if errors.Is(err, rlp.EOL) || errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
}

// addFrames sends a few messages each way: the Hello-like first one plain, the rest with snappy.
func (r *connectionRecord) addFrames(connA, connB *rlpx.Conn, wire *bytes.Buffer) error {
	for i, size := range []int{40, 1, 200} {
		snappy := i > 0
		for _, conn := range []*rlpx.Conn{connA, connB} {
			conn.SetSnappy(snappy)
		}
		code := uint64(i * 0x10)
		there, err := recordFrame(connA, connB, wire, code, pattern("there", size), snappy)
		if err != nil {
			return err
		}
		back, err := recordFrame(connB, connA, wire, code, pattern("back", size), snappy)
		if err != nil {
			return err
		}
		r.Frames = append(r.Frames, there)
		r.Replies = append(r.Replies, back)
	}
	return nil
}
