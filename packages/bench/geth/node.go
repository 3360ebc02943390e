package main

import (
	"fmt"
	"net"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"
)

const (
	// dynDialed is the value of p2p's own flag for a connection that was dialed without being static.
	dynDialed = 1
	// Many peers at once are what is measured; the default bounds aren't.
	maxPeers = 100_000
	// runTimeout is how long a protocol may take to start after the handshakes.
	runTimeout = 10 * time.Second
)

// link is one run of the protocol. Its Run ends when done is closed.
type link struct {
	peer *p2p.Peer
	rw   p2p.MsgReadWriter
	done chan struct{}
}

// startServer starts a node whose protocol calls run.
func startServer(listen string, run func(*p2p.Peer, p2p.MsgReadWriter) error) (*p2p.Server, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, err
	}
	server := &p2p.Server{Config: p2p.Config{
		PrivateKey:      key,
		Name:            "geth/bench",
		MaxPeers:        maxPeers,
		MaxPendingPeers: maxPeers,
		NoDial:          true,
		NoDiscovery:     true,
		ListenAddr:      listen,
		Protocols:       []p2p.Protocol{{Name: "bench", Version: 1, Length: 1, Run: run}},
	}}
	return server, server.Start()
}

// dialer is one identity, connected at most once at a time.
type dialer struct {
	server *p2p.Server
	runs   chan *link
}

func newDialer() (*dialer, error) {
	d := &dialer{runs: make(chan *link, 1)}
	server, err := startServer("", func(peer *p2p.Peer, rw p2p.MsgReadWriter) error {
		l := &link{peer: peer, rw: rw, done: make(chan struct{})}
		d.runs <- l
		<-l.done
		return nil
	})
	d.server = server
	return d, err
}

// dial connects and waits until the protocol runs.
func (d *dialer) dial(target *enode.Node) (*link, error) {
	endpoint, ok := target.TCPEndpoint()
	if !ok {
		return nil, fmt.Errorf("no TCP endpoint in %s", target)
	}
	fd, err := net.DialTimeout("tcp", endpoint.String(), runTimeout)
	if err != nil {
		return nil, err
	}
	if err := d.server.SetupConn(fd, dynDialed, target); err != nil {
		return nil, err
	}
	select {
	case l := <-d.runs:
		return l, nil
	case <-time.After(runTimeout):
		return nil, fmt.Errorf("the protocol didn't start within %s", runTimeout)
	}
}

// close ends the connection. Another identity dials next, so nobody has to wait for its end.
func (l *link) close() {
	l.peer.Disconnect(p2p.DiscRequested)
	close(l.done)
}
