package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/netutil"
)

// dynDialed is the value of p2p's own flag for a connection that was dialed without being static.
const dynDialed = 1

// node is one p2p.Server and the protocols that run on it.
type node struct {
	id     string
	out    *lineWriter
	server *p2p.Server

	mu   sync.Mutex
	runs map[string]*protocolRun // by peer id and protocol, "<id> <name>/<version>"
}

func startNode(req request, out *lineWriter) (*node, error) {
	key, err := privateKey(req.Key)
	if err != nil {
		return nil, err
	}
	trusted, err := parseNodes(req.Trusted)
	if err != nil {
		return nil, err
	}
	// An empty list would let nobody in.
	var restrict *netutil.Netlist
	if req.Restrict != "" {
		if restrict, err = netutil.ParseNetlist(req.Restrict); err != nil {
			return nil, err
		}
	}
	n := &node{id: req.Node, out: out, runs: map[string]*protocolRun{}}
	n.server = &p2p.Server{Config: p2p.Config{
		PrivateKey:      key,
		Name:            req.Name,
		MaxPeers:        req.MaxPeers,
		MaxPendingPeers: 100,
		NoDial:          req.NoDial,
		NoDiscovery:     true,
		ListenAddr:      "127.0.0.1:0",
		Protocols:       n.protocols(req.Protocols),
		TrustedNodes:    trusted,
		NetRestrict:     restrict,
	}}
	if err := n.server.Start(); err != nil {
		return nil, err
	}
	n.watch()
	return n, nil
}

func parseNodes(urls []string) ([]*enode.Node, error) {
	var nodes []*enode.Node
	for _, url := range urls {
		node, err := enode.ParseV4(url)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

func privateKey(text string) (*ecdsa.PrivateKey, error) {
	if text == "" {
		return crypto.GenerateKey()
	}
	return crypto.HexToECDSA(text)
}

// watch passes on the server's own events. They are sent while a peer's goroutine waits, so the
// channel is drained until the subscription ends.
func (n *node) watch() {
	events := make(chan *p2p.PeerEvent, 256)
	subscription := n.server.SubscribeEvents(events)
	go func() {
		defer subscription.Unsubscribe()
		for {
			select {
			case e := <-events:
				line := fields{"peer": e.Peer.String()}
				if e.Error != "" {
					line["error"] = e.Error
					line["reason"] = reasonOf(e.Error)
				}
				n.emit(string(e.Type), line)
			case <-subscription.Err():
				return
			}
		}
	}()
}

func (n *node) emit(event string, line fields) {
	line["event"], line["node"] = event, n.id
	n.out.write(line)
}

func (n *node) stop() { n.server.Stop() }

// dial connects at once and gives the error that the server's own dialer would only have logged.
func (n *node) dial(url string) error {
	target, err := enode.Parse(enode.ValidSchemes, url)
	if err != nil {
		return err
	}
	endpoint, ok := target.TCPEndpoint()
	if !ok {
		return fmt.Errorf("no TCP endpoint in %s", url)
	}
	fd, err := net.DialTimeout("tcp", endpoint.String(), 15*time.Second)
	if err != nil {
		return err
	}
	return n.server.SetupConn(fd, dynDialed, target)
}

// addPeer leaves the dialing to the server, as an application would.
func (n *node) addPeer(url string) error {
	target, err := enode.ParseV4(url)
	if err == nil {
		n.server.AddPeer(target)
	}
	return err
}

func (n *node) removePeer(url string) error {
	target, err := enode.ParseV4(url)
	if err == nil {
		n.server.RemovePeer(target)
	}
	return err
}

func (n *node) disconnect(peerID string, reason uint8) error {
	for _, peer := range n.server.Peers() {
		if peer.ID().String() == peerID {
			peer.Disconnect(p2p.DiscReason(reason))
			return nil
		}
	}
	return fmt.Errorf("no peer %s", peerID)
}

// send writes one made-up message and gives its digest once it is written.
func (n *node) send(req request) (fields, error) {
	run, err := n.running(req)
	if err != nil {
		return nil, err
	}
	data, err := makePayload(req.Kind, req.Size, req.Seed)
	if err != nil {
		return nil, err
	}
	return fields{"sha256": digest(data)}, run.write(req.Code, data)
}

// finish makes a protocol's Run return.
func (n *node) finish(req request) error {
	run, err := n.running(req)
	if err != nil {
		return err
	}
	run.finish <- run.result(req.Kind, req.Reason)
	return nil
}

func (n *node) running(req request) (*protocolRun, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	run := n.runs[req.Peer+" "+req.Protocol]
	if run == nil {
		return nil, fmt.Errorf("%s isn't running with %s", req.Protocol, req.Peer)
	}
	return run, nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// reasonOf finds the disconnect reason that a text stands for; null where it is another error.
func reasonOf(text string) *p2p.DiscReason {
	for r := 0; r <= 0xff; r++ {
		if reason := p2p.DiscReason(r); reason.String() == text {
			return &reason
		}
	}
	return nil
}
