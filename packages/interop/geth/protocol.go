package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/p2p"
)

// protocolSpec describes a test protocol. One that echoes sends each message back on its own code.
type protocolSpec struct {
	Name    string `json:"name"`
	Version uint   `json:"version"`
	Length  uint64 `json:"length"`
	Echo    bool   `json:"echo"`
}

func (s protocolSpec) id() string { return fmt.Sprintf("%s/%d", s.Name, s.Version) }

// protocolRun is one call of a protocol's Run.
type protocolRun struct {
	spec   protocolSpec
	rw     p2p.MsgReadWriter
	finish chan error
}

func (n *node) protocols(specs []protocolSpec) []p2p.Protocol {
	protocols := make([]p2p.Protocol, 0, len(specs))
	for _, spec := range specs {
		protocols = append(protocols, p2p.Protocol{
			Name:    spec.Name,
			Version: spec.Version,
			Length:  spec.Length,
			Run: func(peer *p2p.Peer, rw p2p.MsgReadWriter) error {
				return n.run(spec, peer, rw)
			},
		})
	}
	return protocols
}

func (n *node) run(spec protocolSpec, peer *p2p.Peer, rw p2p.MsgReadWriter) error {
	run := &protocolRun{spec: spec, rw: rw, finish: make(chan error, 1)}
	key := peer.ID().String() + " " + spec.id()
	n.mu.Lock()
	n.runs[key] = run
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.runs, key)
		n.mu.Unlock()
	}()

	caps := make([]string, 0, len(peer.Caps()))
	for _, c := range peer.Caps() {
		caps = append(caps, c.String())
	}
	n.emit("run", fields{
		"peer":     peer.ID().String(),
		"protocol": spec.id(),
		"fullname": peer.Fullname(),
		"caps":     caps,
		"inbound":  peer.Inbound(),
	})
	ended := make(chan error, 1)
	go func() { ended <- n.receive(run, peer) }()
	select {
	case err := <-ended:
		return err
	case err := <-run.finish:
		return err
	}
}

// receive reports each message, and echoes it where the protocol does.
func (n *node) receive(run *protocolRun, peer *p2p.Peer) error {
	for {
		msg, err := run.rw.ReadMsg()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(msg.Payload)
		if err != nil {
			return err
		}
		n.emit("message", fields{
			"peer":     peer.ID().String(),
			"protocol": run.spec.id(),
			"code":     msg.Code,
			"size":     len(data),
			"sha256":   digest(data),
		})
		if run.spec.Echo {
			if err := run.write(msg.Code, data); err != nil {
				return err
			}
		}
	}
}

func (r *protocolRun) write(code uint64, data []byte) error {
	return r.rw.WriteMsg(p2p.Msg{Code: code, Size: uint32(len(data)), Payload: bytes.NewReader(data)})
}

// result is what Run is to return: the ways an application's Run ends.
func (r *protocolRun) result(kind string, reason uint8) error {
	switch kind {
	case "return":
		return nil
	case "reason":
		return p2p.DiscReason(reason)
	case "decode":
		var text string
		return p2p.Msg{Size: 1, Payload: bytes.NewReader([]byte{0xc0})}.Decode(&text)
	case "code":
		return r.write(r.spec.Length, nil)
	default:
		return errors.New("the protocol gave up")
	}
}
