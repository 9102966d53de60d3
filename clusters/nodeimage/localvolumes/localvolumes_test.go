package localvolumes

import (
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func claim(change func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	class := "standard"
	c := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{
			Name: "data", Namespace: "shop", UID: "123",
			Annotations: map[string]string{askedProvisioner: Provisioner, selectedNode: "here"},
		},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class,
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")},
			},
		},
	}
	change(c)
	return c
}

func TestWaits(t *testing.T) {
	t.Parallel()
	v := volumes{node: "here"}
	for name, test := range map[string]struct {
		change func(*corev1.PersistentVolumeClaim)
		want   bool
	}{
		"for a volume here":         {func(*corev1.PersistentVolumeClaim) {}, true},
		"on another node":           {func(c *corev1.PersistentVolumeClaim) { c.Annotations[selectedNode] = "there" }, false},
		"for another provisioner":   {func(c *corev1.PersistentVolumeClaim) { c.Annotations[askedProvisioner] = "x" }, false},
		"no more: it is bound":      {func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "pv" }, false},
		"no more: it is going away": {func(c *corev1.PersistentVolumeClaim) { c.DeletionTimestamp = &metav1.Time{} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := v.waits(claim(test.change)); got != test.want {
				t.Errorf("waits = %t, want %t", got, test.want)
			}
		})
	}
}

func TestAVolumeComesAndGoesWithItsFolder(t *testing.T) {
	t.Parallel()
	v := volumes{client: fake.NewClientset(), node: "here", root: t.TempDir()}
	wanted := claim(func(*corev1.PersistentVolumeClaim) {})
	for range 2 { // the informer may show the claim again before it is bound
		if err := v.create(t.Context(), wanted); err != nil {
			t.Fatal(err)
		}
	}
	volume, err := v.client.CoreV1().PersistentVolumes().Get(t.Context(), "pvc-123", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if volume.Spec.ClaimRef.UID != "123" || volume.Spec.Local.Path != filepath.Join(v.root, "pvc-123") {
		t.Errorf("volume %+v", volume.Spec)
	}
	info, err := os.Stat(volume.Spec.Local.Path)
	if err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("its folder: %v, %v", info, err)
	}
	if v.over(volume) {
		t.Error("a volume in use counts as over")
	}
	volume.Status.Phase = corev1.VolumeReleased
	if !v.over(volume) {
		t.Error("a released volume does not count as over")
	}
	if err := v.remove(t.Context(), volume); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(volume.Spec.Local.Path); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if _, err := v.client.CoreV1().PersistentVolumes().Get(t.Context(), "pvc-123", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the volume is still there: %v", err)
	}
}
