package main

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/protocols/eth"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
)

// ethNetwork is the network id that a node with the eth protocol says.
const ethNetwork = 1337

// ethLengths are how many message codes each version has.
var ethLengths = map[uint]uint64{eth.ETH69: 18, eth.ETH70: 18, eth.ETH71: 20, eth.ETH72: 22}

// ethChain is a chain of one block: as much of one as a handshake looks at.
type ethChain struct{ genesis *types.Block }

func newEthChain() *ethChain {
	header := &types.Header{
		Number:     big.NewInt(0),
		Difficulty: big.NewInt(0),
		BaseFee:    big.NewInt(params.InitialBaseFee),
		Extra:      []byte("peerkit"),
	}
	return &ethChain{types.NewBlockWithHeader(header)}
}

func (c *ethChain) Config() *params.ChainConfig  { return params.MergedTestChainConfig }
func (c *ethChain) Genesis() *types.Block        { return c.genesis }
func (c *ethChain) CurrentHeader() *types.Header { return c.genesis.Header() }

// ethProtocols are go-ethereum's own versions of eth, as far as their handshake. How that went is
// reported; what comes then is thrown away.
func (n *node) ethProtocols() []p2p.Protocol {
	chain := newEthChain()
	protocols := make([]p2p.Protocol, 0, len(eth.ProtocolVersions))
	for _, version := range eth.ProtocolVersions {
		protocols = append(protocols, p2p.Protocol{
			Name:    eth.ProtocolName,
			Version: version,
			Length:  ethLengths[version],
			Run: func(peer *p2p.Peer, rw p2p.MsgReadWriter) error {
				return n.runEth(version, chain, peer, rw)
			},
		})
	}
	return protocols
}

func (n *node) runEth(version uint, chain *ethChain, peer *p2p.Peer, rw p2p.MsgReadWriter) error {
	ethPeer := eth.NewPeer(version, peer, rw, nil, nil, chain.Config())
	defer ethPeer.Close()
	hash := chain.genesis.Hash()
	head := eth.BlockRangeUpdatePacket{LatestBlockHash: hash}
	line := fields{
		"peer":     peer.ID().String(),
		"protocol": fmt.Sprintf("%s/%d", eth.ProtocolName, version),
		"genesis":  hex.EncodeToString(hash[:]),
	}
	err := ethPeer.Handshake(ethNetwork, chain, head)
	if err != nil {
		line["error"] = err.Error()
	}
	n.emit("eth", line)
	for err == nil {
		var msg p2p.Msg
		if msg, err = rw.ReadMsg(); err == nil {
			err = msg.Discard()
		}
	}
	return err
}
