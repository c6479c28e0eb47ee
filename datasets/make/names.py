"""Invented names in both scripts, phones no network has given out, e-mail that goes nowhere."""

import numpy as np

_SURNAMES = """
王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 黄Huang 赵Zhao 吴Wu 周Zhou 徐Xu 孙Sun 马Ma 朱Zhu 胡Hu 郭Guo 何He
林Lin 高Gao 罗Luo 郑Zheng 梁Liang 谢Xie 宋Song 唐Tang 许Xu 韩Han 邓Deng 冯Feng 曹Cao 彭Peng 曾Zeng 肖Xiao
田Tian 董Dong 潘Pan 袁Yuan 蔡Cai 蒋Jiang 余Yu 杜Du 叶Ye 程Cheng 魏Wei 苏Su 吕Lü 丁Ding 任Ren 卢Lu 姚Yao
沈Shen 钟Zhong 姜Jiang 崔Cui 谭Tan 陆Lu 范Fan 汪Wang 廖Liao 石Shi
"""
_SYLLABLES = """
文wen 明ming 华hua 丽li 芳fang 静jing 敏min 强qiang 磊lei 洋yang 艳yan 勇yong 军jun 杰jie 娟juan 涛tao
超chao 霞xia 平ping 刚gang 桂gui 兰lan 英ying 玲ling 晓xiao 雨yu 欣xin 佳jia 思si 宇yu 浩hao 然ran 子zi
轩xuan 梓zi 涵han 一yi 诺nuo 可ke 馨xin 嘉jia 怡yi 俊jun 泽ze 雅ya 婷ting 梦meng 琪qi 诗shi 瑶yao 天tian
翔xiang 建jian 国guo 志zhi 伟wei 秀xiu 玉yu 春chun 梅mei 海hai 燕yan 云yun 飞fei 小xiao 红hong 青qing
山shan 若ruo 溪xi 安an 宁ning 乐le 辰chen 清qing 远yuan 知zhi 夏xia 秋qiu 林lin 立li 新xin 永yong 康kang
淑shu 珍zhen 慧hui 琳lin 博bo 睿rui
"""
# prefixes no Chinese network has been assigned (161 and 162 have been, in part;
# 179 reads as a dialling prefix)
_PREFIXES = ("140", "141", "142", "154", "160", "163", "168", "194")
_MAIL = ("example.com", "mail.example", "post.example", "inbox.example")


def _pairs(words: str) -> list[tuple[str, str]]:
    """A character and its reading per word."""
    return [(word[0], word[1:]) for word in words.split()]


def make_names(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`n` invented people: name in Chinese, in English (family name first), and a mail name."""
    surnames = _pairs(_SURNAMES)
    syllables = _pairs(_SYLLABLES)
    weights = 1 / (np.arange(len(surnames)) + 4.0)
    family = rng.choice(len(surnames), n, p=weights / weights.sum())
    one, two = rng.integers(0, len(syllables), (2, n))
    short = rng.random(n) < 0.2
    chinese, english, mail = [], [], []
    for f, a, b, is_short in zip(family, one, two, short, strict=True):
        given_zh = syllables[a][0] + ("" if is_short else syllables[b][0])
        given_en = syllables[a][1] + ("" if is_short else syllables[b][1])
        chinese.append(surnames[f][0] + given_zh)
        english.append(f"{surnames[f][1]} {given_en.capitalize()}")
        mail.append(f"{given_en}.{surnames[f][1].lower().replace('ü', 'u')}")
    return np.array(chinese, object), np.array(english, object), np.array(mail, object)


def make_phones(n: int, first: int = 0) -> np.ndarray:
    """`n` different phone numbers from ranges that are not assigned, the same for the same place.

    The eight digits are a fixed permutation of the running number, so none repeats.
    """
    i = np.arange(first, first + n, dtype=np.int64)
    # the factor shares no divisor with 10: a permutation
    digits = (i * 48_271_963 + 20_250_630) % 100_000_000
    prefix = np.array(_PREFIXES)[(i * 7 + digits // 97) % len(_PREFIXES)]
    return np.array([f"{p}{d:08d}" for p, d in zip(prefix, digits, strict=True)], dtype=object)


def make_emails(rng: np.random.Generator, mail: np.ndarray, first: int = 0) -> np.ndarray:
    """One address per mail name at domains reserved for examples."""
    host = np.array(_MAIL)[rng.integers(0, len(_MAIL), len(mail))]
    return np.array(
        [f"{m}{i}@{h}" for i, (m, h) in enumerate(zip(mail, host, strict=True), start=first + 1)],
        dtype=object,
    )
