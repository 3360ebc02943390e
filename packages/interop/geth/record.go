package main

import (
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
)

// webSocket is our entry for a WebSocket listener.
type webSocket struct {
	Port uint16
	Path string `rlp:"optional"`
	Host string `rlp:"optional"`
}

// readRecord tells what go-ethereum finds in a record.
func readRecord(text string) (fields, error) {
	n, err := enode.Parse(enode.ValidSchemes, text)
	if err != nil {
		return nil, err
	}
	found := fields{
		"peer": n.ID().String(),
		"key":  hex.EncodeToString(crypto.FromECDSAPub(n.Pubkey())[1:]),
		"seq":  fmt.Sprint(n.Seq()),
		"ip":   n.IPAddr().String(),
		"tcp":  n.TCP(),
		"udp":  n.UDP(),
		"text": n.String(),
	}
	if quic, ok := n.QUICEndpoint(); ok {
		found["quic"] = quic.Port()
	}
	var ws webSocket
	if err := n.Load(enr.WithEntry("ws", &ws)); err == nil {
		found["ws"] = []any{ws.Port, ws.Path, ws.Host}
	}
	return found, nil
}

// makeRecord signs a record with the entries that the request has.
func makeRecord(req request) (fields, error) {
	key, err := privateKey(req.Key)
	if err != nil {
		return nil, err
	}
	var r enr.Record
	for name, port := range req.Ports {
		r.Set(enr.WithEntry(name, port))
	}
	for _, text := range req.IPs {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			return nil, err
		}
		if ip.Is4() {
			r.Set(enr.IPv4Addr(ip))
		} else {
			r.Set(enr.IPv6Addr(ip))
		}
	}
	if req.WebSocket != nil {
		r.Set(enr.WithEntry("ws", req.WebSocket))
	}
	r.SetSeq(req.Seq)
	if err := enode.SignV4(&r, key); err != nil {
		return nil, err
	}
	raw, err := rlp.EncodeToBytes(&r)
	if err != nil {
		return nil, err
	}
	n, err := enode.New(enode.ValidSchemes, &r)
	if err != nil {
		return nil, err
	}
	return fields{"text": n.String(), "record": hex.EncodeToString(raw)}, nil
}
