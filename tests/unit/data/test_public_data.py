"""Public data sets in miniature, from a server on this machine and from folders on disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnet_viz.data import places, public_data
from resnet_viz.data.dataset import LoadedData
from resnet_viz.data.datasets import load
from resnet_viz.data.places import seems_on_disk
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.models.specs import spec
from resnet_viz.torchvision_compat import ensure_torchvision
from resnet_viz.train.config import DataConfig, RunConfig, TrainConfig

ensure_torchvision()


class Server(ThreadingHTTPServer):
    """Serves files from memory and remembers what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def offer(self, name: str, content: bytes) -> tuple[str, str]:
        """Address and MD5 of a file that is served from now on."""
        self.files[f"/{name}"] = content
        return f"{self.base}{name}", hashlib.md5(content).hexdigest()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test finds or leaves anything in the user's folders."""
    monkeypatch.setattr(places, "data_folder", lambda: tmp_path / "own")
    monkeypatch.setattr(places, "SYSTEM", {})
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "own"


def read(source: str, folder: Path | str = "", side: int = 32, **more: Any) -> LoadedData:
    data = DataConfig(source=source, folder=str(folder))  # type: ignore[arg-type]
    config = TrainConfig(spec("resnet20", input_size=side), data, RunConfig(epochs=1))
    return load(config, **more)


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


PIXELS = np.random.default_rng(0).integers(0, 256, (6, 3072), dtype=np.uint8)


@pytest.fixture
def cifar(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """CIFAR-10 of four training and two test pictures, offered by the server."""
    from torchvision.datasets import CIFAR10

    files = {
        "data_batch_1": pickle.dumps({"data": PIXELS[:2], "labels": [0, 1]}),
        "data_batch_2": pickle.dumps({"data": PIXELS[2:4], "labels": [1, 0]}),
        "test_batch": pickle.dumps({"data": PIXELS[4:], "labels": [1, 1]}),
        "batches.meta": pickle.dumps({"label_names": ["air_plane", "car"]}),
    }
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in files.items()}
    url, tgz_md5 = server.offer(
        "cifar.tar.gz", packed({f"{CIFAR10.base_folder}/{n}": c for n, c in files.items()})
    )
    listed = [[name, md5[name]] for name in files]
    monkeypatch.setattr(CIFAR10, "url", url)
    monkeypatch.setattr(CIFAR10, "tgz_md5", tgz_md5)
    monkeypatch.setattr(CIFAR10, "train_list", listed[:2])
    monkeypatch.setattr(CIFAR10, "test_list", listed[2:3])
    meta = {"filename": "batches.meta", "key": "label_names", "md5": md5["batches.meta"]}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    return files


def check_cifar(loaded: LoadedData) -> None:
    data = loaded.dataset
    assert data.classes == ("air plane", "car")
    assert data.train.labels.tolist() == [0, 1, 1, 0]
    assert data.test.labels.tolist() == [1, 1]
    expected = PIXELS[:4].reshape(4, 3, 32, 32).transpose(0, 2, 3, 1)
    assert np.array_equal(data.train.images, expected)


def test_cifar_is_downloaded_once(
    server: Server, cifar: dict[str, bytes], own_folder: Path
) -> None:
    assert not seems_on_disk("cifar10")
    seen: list[str] = []
    loaded = read("cifar10", progress=lambda what, *_: seen.append(what))
    check_cifar(loaded)
    assert loaded.split["folder"] == str(own_folder / "cifar-10-batches-py")
    assert list(dict.fromkeys(seen)) == [
        "Downloading cifar.tar.gz",
        "Unpacking cifar.tar.gz",
        "Reading CIFAR-10",
    ]
    check_cifar(read("cifar10"))
    assert server.asked == ["/cifar.tar.gz"]
    assert sorted(p.name for p in own_folder.iterdir()) == ["cifar-10-batches-py", "cifar.tar.gz"]


def test_a_recipe_says_where_it_goes(
    cifar: dict[str, bytes], own_folder: Path, tmp_path: Path
) -> None:
    check_cifar(read("cifar10", tmp_path / "mine"))
    assert (tmp_path / "mine" / "cifar-10-batches-py").is_dir()
    assert not own_folder.exists()


@pytest.mark.parametrize("place", ["work/data", "work", "home/data", "home/datasets", "given"])
@pytest.mark.parametrize("deep", [False, True])
def test_what_is_on_disk_is_not_downloaded(
    server: Server, cifar: dict[str, bytes], tmp_path: Path, place: str, deep: bool
) -> None:
    folder = tmp_path / place / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for name, content in cifar.items():
        (folder / name).write_bytes(content)
    given = (folder if deep else folder.parent) if place == "given" else ""
    assert seems_on_disk("cifar10", str(given))
    assert not seems_on_disk("cifar100", str(given))
    check_cifar(read("cifar10", given))
    assert server.asked == []


def test_an_archive_that_was_put_there_by_hand_is_used(
    server: Server, cifar: dict[str, bytes], own_folder: Path
) -> None:
    own_folder.mkdir()
    (own_folder / "cifar.tar.gz").write_bytes(server.files["/cifar.tar.gz"])
    check_cifar(read("cifar10"))
    assert server.asked == []


def test_offline_it_is_said_which_file_to_put_where(
    server: Server, cifar: dict[str, bytes], own_folder: Path
) -> None:
    server.files.clear()
    with pytest.raises(UserError, match=r"Cannot download cifar\.tar\.gz") as caught:
        read("cifar10")
    assert f"download {server.base}cifar.tar.gz with a browser" in caught.value.hint
    assert str(own_folder) in caught.value.hint


def test_a_download_with_another_hash_is_refused(
    server: Server, cifar: dict[str, bytes], own_folder: Path
) -> None:
    server.files["/cifar.tar.gz"] += b"more"
    with pytest.raises(UserError, match="not the published file"):
        read("cifar10")
    assert list(own_folder.iterdir()) == []


def test_damaged_files_are_named(cifar: dict[str, bytes], own_folder: Path) -> None:
    read("cifar10")
    (own_folder / "cifar-10-batches-py" / "test_batch").write_bytes(b"something else")
    with pytest.raises(UserError, match="is damaged") as caught:
        read("cifar10")
    assert "Delete that folder" in caught.value.hint


@pytest.mark.parametrize("stage", ["Downloading", "Unpacking"])
def test_cancelling_leaves_nothing_half_done(
    cifar: dict[str, bytes], own_folder: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnet_viz.data.watch._PAUSE_S", 0.0)
    stop = threading.Event()

    def progress(what: str, *_rest: object) -> None:
        if what.startswith(stage):
            stop.set()

    with pytest.raises(OperationCancelled):
        read("cifar10", progress=progress, cancelled=stop.is_set)
    left = {p.name for p in own_folder.iterdir()}
    assert left <= {"cifar.tar.gz", "cifar.tar.gz.part"}
    check_cifar(read("cifar10"))


def test_a_folder_that_cannot_be_written_is_named(cifar: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="file") as caught:
        read("cifar10", tmp_path / "file" / "below")
    assert "[data]" in caught.value.hint


def test_an_archive_cannot_write_outside_its_folder(
    server: Server, cifar: dict[str, bytes], own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.datasets import CIFAR10

    _, md5 = server.offer("cifar.tar.gz", packed({"../../escaped": b"x"}))
    monkeypatch.setattr(CIFAR10, "tgz_md5", md5)
    with pytest.raises(UserError, match="damaged"):
        read("cifar10")
    assert not list(own_folder.parent.rglob("escaped"))


# --- MNIST --------------------------------------------------------------------------------------

GREY = np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)
DIGITS = np.array([3, 0, 9, 9, 1], np.uint8)


def idx(array: np.ndarray) -> bytes:
    """LeCun's format: 0, 0, type, number of dimensions, sizes, values."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


RAW = {
    "train-images-idx3-ubyte": idx(GREY[:3]),
    "train-labels-idx1-ubyte": idx(DIGITS[:3]),
    "t10k-images-idx3-ubyte": idx(GREY[3:]),
    "t10k-labels-idx1-ubyte": idx(DIGITS[3:]),
}


@pytest.fixture
def mnist(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import MNIST, FashionMNIST

    packed_files = {f"{name}.gz": gzip.compress(content) for name, content in RAW.items()}
    resources = [(name, server.offer(name, c)[1]) for name, c in packed_files.items()]
    for kind in (MNIST, FashionMNIST):
        monkeypatch.setattr(kind, "resources", resources)
        monkeypatch.setattr(kind, "mirrors", [f"{server.base}gone/", server.base])


def check_mnist(loaded: LoadedData) -> None:
    assert loaded.dataset.train.labels.tolist() == [3, 0, 9]
    images = loaded.dataset.test.images
    assert np.array_equal(images, np.repeat(GREY[3:, :, :, None], 3, axis=3))


def test_mnist_from_its_second_mirror_becomes_rgb(
    server: Server, mnist: None, own_folder: Path
) -> None:
    loaded = read("mnist", side=28)
    check_mnist(loaded)
    assert loaded.dataset.classes == tuple("0123456789")
    assert loaded.split["folder"] == str(own_folder / "MNIST" / "raw")
    n_asked = len(server.asked)
    larger = read("mnist", side=32).dataset.train.images
    assert larger.shape == (3, 32, 32, 3)
    expected = np.asarray(Image.fromarray(GREY[0]).resize((32, 32), Image.Resampling.BILINEAR))
    assert np.array_equal(larger[0, ..., 1], expected)
    assert len(server.asked) == n_asked


def test_the_systems_package_of_fashionmnist_is_found(
    server: Server, mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is packed anew, so its hashes are not the published ones."""
    package = tmp_path / "usr"
    package.mkdir()
    for name, content in RAW.items():
        (package / f"{name}.gz").write_bytes(gzip.compress(content, 1))
    assert not seems_on_disk("fashionmnist")
    monkeypatch.setattr(places, "SYSTEM", {"fashionmnist": package})
    assert seems_on_disk("fashionmnist")
    loaded = read("fashionmnist", side=28)
    check_mnist(loaded)
    assert loaded.dataset.classes[-1] == "Ankle boot"
    assert server.asked == []


def test_a_damaged_package_is_named(
    mnist: None, own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in RAW.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content)[:-9])
    monkeypatch.setattr(places, "SYSTEM", {"fashionmnist": tmp_path})
    with pytest.raises(UserError, match="it is damaged"):
        read("fashionmnist")
    assert not [file for file in own_folder.rglob("*") if file.is_file()]


def test_mnists_archives_are_found_beside_each_other(
    server: Server, mnist: None, own_folder: Path
) -> None:
    own_folder.mkdir()
    for name in RAW:
        (own_folder / f"{name}.gz").write_bytes(server.files[f"/{name}.gz"])
    check_mnist(read("mnist", side=28))
    assert server.asked == []


# --- Imagenette ---------------------------------------------------------------------------------


def photographs() -> dict[str, bytes]:
    stream = io.BytesIO()
    Image.new("RGB", (20, 12), (255, 0, 0)).save(stream, "PNG")
    return {
        f"{part}/{synset}/{index}.png": stream.getvalue()
        for part in ("train", "val")
        for synset in ("n01440764", "n03888257")
        for index in range(2)
    }


@pytest.fixture
def imagenette(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import Imagenette

    sizes = {"full": "imagenette2", "320px": "imagenette2-320", "160px": "imagenette2-160"}
    archives = {
        size: server.offer(
            f"{name}.tgz", packed({f"{name}/{n}": c for n, c in photographs().items()})
        )
        for size, name in sizes.items()
    }
    monkeypatch.setattr(Imagenette, "_ARCHIVES", archives)


@pytest.mark.parametrize(("side", "name"), [(64, "imagenette2-160"), (224, "imagenette2-320")])
def test_imagenette_comes_in_the_size_that_is_needed(
    server: Server, imagenette: None, side: int, name: str
) -> None:
    for _ in ("downloaded", "found"):
        data = read("imagenette", side=side).dataset
        assert data.classes == ("tench", "parachute")
        assert data.train.images.shape == (4, side, side, 3)
        assert (data.test.images == (255, 0, 0)).all()
    assert server.asked == [f"/{name}.tgz"]


@pytest.mark.parametrize("given", ["there", "there/imagenette2-96", "there/mine", ""])
def test_imagenette_on_disk_is_found(
    server: Server, imagenette: None, tmp_path: Path, given: str
) -> None:
    place = {"": "work/data/imagenette2", "there": "there/imagenette2-96"}.get(given, given)
    for name, content in photographs().items():
        (tmp_path / place / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place / name).write_bytes(content)
    folder = tmp_path / given if given else ""
    assert seems_on_disk("imagenette", str(folder))
    loaded = read("imagenette", folder, side=16)
    assert loaded.split["folder"] == str(tmp_path / place)
    assert server.asked == []


def test_what_torchvision_publishes_is_what_is_read_here() -> None:
    """Addresses and hashes come from attributes of its classes, one of them private."""
    for source, name in public_data._CLASSES.items():
        layout = public_data._layout(public_data._torchvision(name))
        assert all(len(archive.md5) == 32 for archive in layout.archives), source
        assert all(archive.urls[0].startswith("http") for archive in layout.archives)
    archives = public_data._torchvision("Imagenette")._ARCHIVES
    assert set(archives) == {"full", "320px", "160px"}
