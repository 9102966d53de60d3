package collect

import (
	"bufio"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// publicKeys are keys of Secrets whose values are no secrets. They would often
// stand in what is recorded for another reason, such as a namespace's name.
var publicKeys = []string{"ca.crt", "tls.crt", "namespace", "username", "user", "host", "port", "database"}

// secrets reads the cluster's Secrets only to know what has to be redacted.
type secrets struct{}

func (secrets) Kind() record.Kind { return record.Secrets }

func (secrets) Collect(ctx context.Context, src Source, w *record.Writer) error {
	list, err := src.Client.CoreV1().Secrets(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return gap(w, record.Secrets, "their values, which are therefore not redacted", err)
	}
	var values []string
	for _, s := range list.Items {
		values = append(values, secretValues(s)...)
	}
	w.Redact(values)
	return nil
}

func secretValues(s corev1.Secret) []string {
	if s.Type == corev1.SecretTypeBootstrapToken {
		return []string{string(s.Data["token-secret"])} // the rest are settings of kubeadm
	}
	var values []string
	for key, value := range s.Data {
		if slices.Contains(publicKeys, key) {
			continue
		}
		values = append(values, string(value))
		values = append(values, keyLines(string(value))...)
	}
	return values
}

// keyLines are the lines of a private key: logs hold it line by line.
func keyLines(value string) []string {
	if !strings.Contains(value, "PRIVATE KEY-----") {
		return nil
	}
	var lines []string
	for in := bufio.NewScanner(strings.NewReader(value)); in.Scan(); {
		if line := strings.TrimSpace(in.Text()); !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}
	return lines
}
