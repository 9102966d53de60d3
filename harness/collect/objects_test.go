package collect_test

import (
	"encoding/json"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

func TestObjects(t *testing.T) {
	t.Parallel()
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "shop", Name: name} }
	noted := named("web")
	noted.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	noted.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "DB_PASSWORD=hunter2", "kept": "a <b>"}
	src := source(
		&appsv1.Deployment{
			ObjectMeta: noted,
			Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Env: []corev1.EnvVar{
				{Name: "DB_PASSWORD", Value: "hunter2"},
				{Name: "apiKey", Value: "hunter2"},
				{Name: "MODE", Value: "fast"},
				{Name: "TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "kept"}}},
			}}}}}},
		},
		&corev1.Pod{ObjectMeta: named("b")}, &corev1.Pod{ObjectMeta: named("a")},
		&corev1.Secret{ObjectMeta: named("s"), Type: "Opaque", Data: map[string][]byte{"k": []byte("hunter2")}},
		&corev1.ConfigMap{ObjectMeta: named("c"), Data: map[string]string{"k": "hunter2"}},
	)
	r, dir := collected(t, src, record.Objects)
	var got []string
	for _, raw := range lines[record.Object](t, r, record.ObjectsFile) {
		var o struct {
			Kind     string
			Metadata metav1.ObjectMeta
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		got = append(got, o.Kind+" "+o.Metadata.Name)
	}
	diff(t, "objects", []string{"Pod a", "Pod b", "ConfigMap c", "Secret s", "Deployment web"}, got)
	text := content(t, dir, record.ObjectsFile)
	for _, secret := range []string{"hunter2", "managedFields", "last-applied", "aHVudGVyMg"} {
		if strings.Contains(text, secret) {
			t.Errorf("objects.jsonl holds %q: %s", secret, text)
		}
	}
	for _, kept := range []string{
		`{"name":"DB_PASSWORD","value":"<redacted>"}`, `{"name":"MODE","value":"fast"}`, `"data":{"k":"<redacted>"}`,
		`"data":{"k":"<left out>"}`, `"kept":"a <b>"`, `"secretKeyRef":{"key":"kept"}`,
	} {
		if !strings.Contains(text, kept) {
			t.Errorf("objects.jsonl lacks %s: %s", kept, text)
		}
	}
	diff(t, "gaps", []string(nil), subjects(r.Meta.Gaps))
}
