// The words of the page for the hall's codes. One table for each kind of code; a code without words shows as itself.

export const TICKET = {
  waiting: "等待", offered: "振铃", serving: "办理中", interrupted: "断线", parked: "暂存", summoned: "已叫号",
  missed: "过号", converted: "已转", abandoned: "放弃", cancelled: "取消", done: "结束",
};
export const KIND = {new: "新办", correction_return: "补正返回", appointment: "预约", rejoin: "补号", callback: "回叫"};
export const PRIORITY = {elderly: "老年人", disabled: "残疾人", pregnant: "孕妇", soldier: "军人", social_aid: "社会救助对象"};
export const AVAILABILITY = {away: "暂离", ready: "就绪", offered: "振铃", in_call: "通话", wrap_up: "整理"};
export const REASON = {no_answer: "来电未接", declined: "已拒接", gone: "席位断线"};
export const CASE = {
  pre_review: "预审中", advised: "已给预审意见", received: "已收件", reviewing: "审查中", correction_requested: "待补正",
  accepted: "已受理", accepted_with_gap: "容缺受理", paused: "特别程序中", granted: "准予许可", refused: "不予许可",
  issued: "已制证", delivered: "已送达", not_accepted: "不予受理", closed: "已办结", withdrawn: "已终止",
};
export const CLOCK = {tell: "告知（5 日）", decide: "决定", issue: "送达（10 日）", correct: "申请人补正", gap: "容缺补交"};
export const NOTICE = {
  acceptance: "受理通知书", correction: "补正告知书", not_accepted: "不予受理通知书", gap_acceptance: "容缺受理通知书",
  special_procedure: "特别程序告知书", extension: "延期告知书", grant: "准予许可决定书", refusal: "不予许可决定书",
  closing: "办结通知书", termination: "终止办理告知书", voiding: "作废通知",
};
export const NOTICE_STATE = {sealing: "盖章中", ready: "待接收", received: "已接收", printed: "已打印", voided: "已作废"};
export const DEPOSIT = {
  allocated: "待存入", opened: "柜门已开", stored: "待收取", collected: "已收取，待清点", matched: "清点相符",
  mismatched: "清点不符", archived: "已归档", returned: "已退还", void: "已作废",
};
export const RESULT = {
  making: "待制证", ready: "待出件", at_counter: "窗口待领", dispatched: "已寄出", in_locker: "柜内待领", handed_over: "已领取",
};
export const WAY = {hall: "政务服务中心窗口", centre: "分中心窗口", courier: "快递到家", locker: "24 小时自助柜"};
export const GRADE = {
  very_satisfied: "非常满意", satisfied: "满意", fair: "基本满意", dissatisfied: "不满意", very_dissatisfied: "非常不满意",
};
export const FOLLOW_UP = {open: "待答复", answered: "已答复", settled: "已办结"};
export const SOURCE = {grade: "差评", trouble: "办不成事"};
export const RULE = {
  longest_waiting: "等待最久", returned_to_head: "未接通，回到队首", appointment: "预约时段", priority_group: "优先群体",
  correction_return: "补正返回", rejoin: "补号", skill_overflow: "综合席支援", pool_overflow: "邻区支援",
  preferred_reviewer: "原审核人员优先", skills_only: "技能匹配", callback: "回叫", resumed: "恢复排队", parked: "暂存",
  park_over: "暂存到时", missed: "过号保留", expired: "保留期已过", asked_by_desk: "席位改派",
  asked_by_applicant: "申请人改选", closing: "下班转留件", pre_review: "预审",
};
export const SKILL = {
  environment: "生态环境", construction: "工程建设", market: "市场准入", health: "医疗卫生", transport: "交通运输",
  education: "教育文化", land: "规划国土", civil: "民政服务", employment: "人力社保", police: "公安服务",
  housing: "住房保障", utility: "市政公用", agriculture: "农业水务", safety: "安全应急", affairs: "综合事务", general: "综合受理", pool: "邻区支援",
};
export const WEEKDAY = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const ALARM = {
  nobody_skilled: "有人等候、无人在岗可办", desk_missed_twice: "席位连续两次未应答", calendar_lacks: "工作日历未公布",
  clock_pressing: "时限紧迫", deposit_open: "柜门未关", deposit_overdue: "材料逾期未收取", deposit_differs: "材料清点不符",
  result_overdue: "取件柜逾期未取", follow_up_overdue: "跟进逾期", clock_backwards: "系统时钟倒退",
  seal_refused: "印章不可用，文书未盖章", preview_differs: "与预览不符，拒绝盖章", journal_broken: "办件记录被改动，拒绝盖章",
  missing_glyph: "字库缺字，文书未盖章", bad_notice: "内容不合要求，文书未盖章",
};

export const say = (table, code) => table[code] ?? code ?? "";

/** An alarm in words; what it is about by its name where the floor knows one, else by its number. */
export function alarm(code, {desks}) {
  const [kind, ...rest] = code.split(":");
  const subject = rest.join(":");
  const desk = desks.find((line) => line.reviewer_id === subject);
  const name = {nobody_skilled: say(SKILL, subject), desk_missed_twice: desk?.name, calendar_lacks: `${subject} 年`}[kind];
  return say(ALARM, kind) + (subject ? `：${name ?? subject}` : "");
}
