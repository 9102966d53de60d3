package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// An authority is known by its name alone: its key follows from it, so that the
// nodes can have its certificate before any registry runs. That is nothing for
// the world outside of this scenario.
type authority struct {
	key  ed25519.PrivateKey
	cert *x509.Certificate
	der  []byte
}

// house is the authority that the nodes are told of; strangers is the one that
// they are not.
const (
	house     = "the registry scenario's own"
	strangers = "somebody else's"
)

// All certificates are valid for as long as anybody might run this.
var (
	validFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
)

func newAuthority(name string) (*authority, error) {
	key := keyOf(name)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: validFrom, NotAfter: validTo,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{key, cert, der}, err
}

// pem is the authority's certificate as a node has it in ca.crt.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.der})
}

// server is the certificate of a registry at an address.
func (a *authority) server(address string) (tls.Certificate, error) {
	ip := net.ParseIP(address)
	if ip == nil {
		return tls.Certificate{}, fmt.Errorf("making a certificate: %q is no IP address", address)
	}
	key := keyOf(a.cert.Subject.CommonName + address)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: address}, IPAddresses: []net.IP{ip},
		NotBefore: validFrom, NotAfter: validTo, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(nil, template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a certificate for %s: %w", address, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}
